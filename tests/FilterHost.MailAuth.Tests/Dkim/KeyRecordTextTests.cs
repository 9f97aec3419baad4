using System.Text;
using FilterHost.Keys;
using FilterHost.MailAuth.Dkim;

namespace FilterHost.MailAuth.Tests.Dkim;

public sealed class KeyRecordTextTests
{
    private static readonly SigningKeyDescription Key = new()
    {
        SigningDomain = DomainName.Parse("example.com"), Selector = "s", Algorithm = SigningAlgorithm.Ed25519Sha256, Bits = 256, PublicKey = new byte[32], Place = "",
    };

    [Fact]
    public void A_record_without_more_has_version_type_and_key() =>
        Assert.Equal($"v=DKIM1; k=ed25519; p={Convert.ToBase64String(new byte[32])}", KeyRecordText.Of(Key));

    [Theory]
    [InlineData("plain text", "plain text")]
    [InlineData("a=b; c", "a=3Db=3B c")]
    [InlineData("\"\\", "=22=5C")]
    [InlineData(" é\n", "=C3=A9")]
    [InlineData("a\nb", "a=0Ab")]
    public void A_note_is_quoted_printable(string note, string text) =>
        Assert.Contains($"; n={text}; k=", KeyRecordText.Of(Key, new KeyRecordTags { Note = note }), StringComparison.Ordinal);

    [Fact]
    public void The_tags_are_read_as_they_were_meant()
    {
        var tags = new KeyRecordTags { Hashes = ["sha256", "sha512"], IsForEmailOnly = true, IsTesting = true, ForbidsSubdomains = true, Note = "p=; v=DKIM2" };
        var record = KeyRecord.Parse(Encoding.ASCII.GetBytes(KeyRecordText.Of(Key, tags)))!;
        Assert.Null(record.Problem);
        Assert.True(record.IsTesting && record.ForbidsSubdomains);
        Assert.Equal(Key.PublicKey.ToArray(), record.PublicKey);
    }

    [Fact]
    public void No_string_has_more_than_255_octets_and_nothing_is_lost()
    {
        var tags = new KeyRecordTags { Note = new string('x', 1000) };
        var strings = KeyRecordText.StringsOf(Key, tags);
        Assert.All(strings, text => Assert.InRange(text.Length, 1, 255));
        Assert.Equal(KeyRecordText.Of(Key, tags), string.Concat(strings));
        Assert.All(KeyRecordText.ToZoneLines(Key, tags).Split('"').Where((_, index) => index % 2 == 1), text => Assert.InRange(text.Length, 1, 255));
    }

    [Fact]
    public void A_name_is_absolute_unless_it_stands_in_the_zone_of_the_domain()
    {
        Assert.StartsWith("s._domainkey.example.com.\tIN", KeyRecordText.ToZoneLines(Key), StringComparison.Ordinal);
        Assert.StartsWith("s._domainkey\tIN", KeyRecordText.ToZoneLines(Key, isRelative: true), StringComparison.Ordinal);
    }
}
