using System.Text;
using FilterHost.Tests;

namespace FilterHost.Milter.Tests;

public class MilterPayloadTests
{
    [Fact]
    public void A_connect_frame_cut_anywhere_is_malformed()
    {
        var data = Octets("host\04\u0012\u0034192.0.2.1\0");
        Assert.True(MilterPayload.TryReadConnect(data, out var client));
        Assert.Equal(('4', (ushort)0x1234), (client.Family, client.Port));
        for (var length = 0; length < data.Length; length++)
            Assert.False(MilterPayload.TryReadConnect(data.AsMemory(0, length), out _));
    }

    [Fact]
    public void Payloads_near_good_ones_are_read_or_malformed()
    {
        foreach (var octets in Mutations.Of(Octets("mail.example.org\04\u0012\u0034192.0.2.1\0")))
            MilterPayload.TryReadConnect(octets, out _);
        foreach (var octets in Mutations.Of(Octets("<a@example.com>\0SIZE=1\0BODY=8BITMIME\0")))
        {
            if (MilterPayload.TryReadPath(octets, out var path, out var parameters))
                Assert.True(path.Length + parameters.Sum(parameter => parameter.Length) < octets.Length + 1);
        }
        foreach (var octets in Mutations.Of(Octets("Subject\0 folded\n\tvalue\0")))
        {
            if (MilterPayload.TryReadField(octets, out var name, out var value))
                Assert.Equal(octets.Length, name.Length + value.Length + 2);
        }
        foreach (var octets in Mutations.Of([0, 0, 0, 6, 0, 0, 1, 0xFF, 0, 0x1F, 0xFF, 0xFF]))
            Assert.Equal(octets.Length >= 12, MilterPayload.TryReadOffer(octets, out _));
        foreach (var octets in Mutations.Of(Octets("i\0id\0{auth_type}\0PLAIN\0")))
            Assert.Equal(octets.Length == 0 || (octets[^1] == 0 && octets.Count(octet => octet == 0) % 2 == 0), MilterPayload.AreMacros(octets));
    }

    [Theory]
    [InlineData("host\0U")]
    [InlineData("host\0U\0\0\0")]
    public void An_unknown_client_has_no_address(string data)
    {
        Assert.True(MilterPayload.TryReadConnect(Octets(data), out var client));
        Assert.Equal(('U', 0, 0), (client.Family, (int)client.Port, client.Address.Length));
    }

    [Theory]
    [InlineData("host\09\0\0x\0")]
    [InlineData("host\04\0\0a\0b\0")]
    public void Other_families_and_second_addresses_are_malformed(string data) => Assert.False(MilterPayload.TryReadConnect(Octets(data), out _));

    [Theory]
    [InlineData("")]
    [InlineData("X")]
    [InlineData("X\0")]
    [InlineData("X\0v")]
    [InlineData("X\0v\0w\0")]
    [InlineData("X\0v\0\0")]
    public void A_header_frame_has_two_NULs_and_ends_with_one(string data) => Assert.False(MilterPayload.TryReadField(Octets(data), out _, out _));

    [Theory]
    [InlineData("", true)]
    [InlineData("i\0Q1\0", true)]
    [InlineData("i\0\0", true)]
    [InlineData("i\0Q1", false)]
    [InlineData("i\0", false)]
    [InlineData("i\0Q1\0j\0", false)]
    public void Macros_are_pairs(string data, bool well) => Assert.Equal(well, MilterPayload.AreMacros(Octets(data)));

    [Theory]
    [InlineData("")]
    [InlineData("<a@b>")]
    [InlineData("<a@b>\0SIZE=1")]
    public void A_path_ends_with_NUL(string data) => Assert.False(MilterPayload.TryReadPath(Octets(data), out _, out _));

    [Fact]
    public void Parameters_follow_the_path()
    {
        Assert.True(MilterPayload.TryReadPath(Octets("<a@b>\0SIZE=1\0BODY=8BITMIME\0"), out var path, out var parameters));
        Assert.Equal(Octets("<a@b>"), path.ToArray());
        Assert.Equal(["SIZE=1", "BODY=8BITMIME"], parameters);
    }

    [Fact]
    public void An_offer_of_zero_is_what_version_1_had()
    {
        Assert.True(MilterPayload.TryReadOffer(Octets(Wire.Offer(2, 0, 0)[1..]).AsSpan(), out var offer));
        Assert.Equal(((MilterActions)0x0F, (MilterSteps)0x3F), (offer.Actions, offer.Steps));
        Assert.False(MilterPayload.TryReadOffer(new byte[11], out _));
    }

    private static byte[] Octets(string text) => Encoding.Latin1.GetBytes(text);
}
