using System.Text.RegularExpressions;

namespace FilterHost.Tests;

public sealed partial class KeysGenerateTests
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    [Fact]
    public async Task Both_keys_are_made_where_neither_is_asked_for()
    {
        using var place = new Workplace().With(Samples.Signer());
        var made = (await place.RunAsync("keys", "generate", "-d", "example.com", "-s", "a")).Expect(0);
        Assert.Matches("^a\\._domainkey\\.example\\.com\\. IN TXT .*k=rsa.*\na-ed25519\\._domainkey\\.example\\.com\\. IN TXT .*k=ed25519.*\n$", made.Output);
        (await place.RunAsync("keys", "generate", "-d", "example.org", "-s", "a", "--ed25519-selector", "b")).Expect(0);
        Assert.Equal(["a.pem", "b.pem"], Directory.EnumerateFiles(Path.Combine(place.Folder, "keys/example.org")).Select(Path.GetFileName).Order());
        (await place.RunAsync("keys", "generate", "-d", "example.net")).Expect(64).HasProblem("-s");
    }

    [Fact]
    public async Task Where_the_second_key_cannot_be_made_the_first_is_printed_all_the_same()
    {
        using var place = new Workplace().With(Samples.Signer());
        place.Write("keys/example.com/a-ed25519.pem", Samples.RsaPem);
        var ended = (await place.RunAsync("keys", "generate", "-d", "example.com", "-s", "a")).Expect(65);
        ended.HasProblem("a-ed25519.pem", "never overwritten");
        Assert.StartsWith("a._domainkey.example.com. IN TXT", ended.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_tags_stand_in_the_record()
    {
        using var place = new Workplace().With(Samples.Signer());
        var record = (await place.RunAsync("keys", "generate", "-d", "example.com", "-s", "a", "--ed25519", "-r", "-t", "-S", "-n", "ours; \"mail\"", "--hash", "sha256")).Expect(0).Output;
        Assert.Contains("\"v=DKIM1; h=sha256; s=email; t=y:s; n=ours=3B =22mail=22; k=ed25519; p=", record, StringComparison.Ordinal);
        (await place.RunAsync("keys", "generate", "-d", "example.com", "-s", "b", "--hash", "sha1")).Expect(64).HasProblem("sha256");
    }

    [Theory]
    [InlineData]
    [InlineData("-a")]
    [InlineData("-r", "-t", "-S")]
    [InlineData("--restrict", "--testmode", "--nosubdomains", "--append-domain")]
    [InlineData("--bits=1024")]
    [InlineData("-b", "4096")]
    public async Task A_folder_gets_the_files_that_opendkim_genkey_makes(params string[] options)
    {
        const string Genkey = "/usr/sbin/opendkim-genkey";
        Programs.Require(Genkey);
        using var place = new Workplace();
        Directory.CreateDirectory(Path.Combine(place.Folder, "theirs"));
        (await Programs.RunAsync(Genkey, ["-D", "theirs", "-d", "example.com", "-s", "mail", .. options], folder: place.Folder)).Expect(0);
        (await place.RunBareAsync(["keys", "generate", "--rsa", "-D", "ours", "-d", "example.com", "-s", "mail", "--hash-algorithms=sha256", .. options])).Expect(0);
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(Path.Combine(place.Folder, "ours/mail.private")));
        Assert.Equal(FormOf(place, "theirs"), FormOf(place, "ours"));
    }

    [Fact]
    public async Task A_folder_needs_no_settings_has_the_names_of_genkey_and_is_never_overwritten()
    {
        using var place = new Workplace();
        (await place.RunBareAsync("keys", "generate", "-D", "out")).Expect(0);
        var files = Directory.EnumerateFiles(Path.Combine(place.Folder, "out")).ToDictionary(path => Path.GetFileName(path), File.ReadAllText);
        Assert.Equal(["default-ed25519.private", "default-ed25519.txt", "default.private", "default.txt"], files.Keys.Order());
        // A file of the four is enough to stop it before it makes any.
        File.Delete(Path.Combine(place.Folder, "out/default.private"));
        (await place.RunBareAsync("keys", "generate", "-D", "out")).Expect(65).HasProblem("never overwritten");
        Assert.False(File.Exists(Path.Combine(place.Folder, "out/default.private")));
        (await place.RunBareAsync("keys", "generate", "-D", "out", "-s", "../x")).Expect(65).HasProblem("no selector");
    }

    // Name and tags, without the key: strings joined, and the order of tags as it may be.
    private static string FormOf(Workplace place, string folder)
    {
        var text = File.ReadAllText(Path.Combine(place.Folder, folder, "mail.txt"));
        var record = string.Concat(CharacterString().Matches(text).Select(match => match.Groups[1].Value));
        var tags = record.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(tag => tag.StartsWith("p=", StringComparison.Ordinal) ? $"p={tag.Length}" : tag);
        var comment = text[text.IndexOf("; ----- ", StringComparison.Ordinal)..].Trim();
        return $"{text[..text.IndexOf('\t', StringComparison.Ordinal)]} {string.Join("; ", tags.Order(StringComparer.Ordinal))} {comment}";
    }

    [GeneratedRegex("\"([^\"]*)\"")]
    private static partial Regex CharacterString();
}
