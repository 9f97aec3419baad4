namespace FilterHost.Tests;

public sealed class KeysCommandTests
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    [Fact]
    public async Task A_key_is_made_for_the_owner_alone_with_2048_bits_and_never_made_again()
    {
        using var place = new Workplace().With(Samples.Signer());
        var made = (await place.RunAsync("keys", "generate", "-d", "Example.COM", "-s", "2026a", "--rsa")).Expect(0);
        Assert.StartsWith("2026a._domainkey.example.com. IN TXT ( \"v=DKIM1; k=rsa; p=MIIBIj", made.Output, StringComparison.Ordinal);
        var path = Path.Combine(place.Folder, "keys/example.com/2026a.pem");
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(path));
        Assert.Equal(OwnerOnly | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.GetDirectoryName(path)!));
        var before = File.ReadAllText(path);
        (await place.RunAsync("keys", "generate", "-d", "example.com", "-s", "2026a", "--rsa")).Expect(65).HasProblem(path, "never overwritten");
        Assert.Equal(before, File.ReadAllText(path));
        var listed = (await place.RunAsync("keys", "list")).Expect(0);
        Assert.Equal($"example.com 2026a rsa-sha256 2048 {path}\n", listed.Output);
    }

    [Fact]
    public async Task The_key_that_an_entry_names_is_made_although_the_host_would_not_start_without_it()
    {
        using var place = new Workplace().With(Samples.Signer("[[service.keys.keys]]\ndomain = \"example.com\"\nselector = \"s\"\nfile = \"k/s.private\"\n"));
        (await place.RunAsync("check")).Expect(78).HasProblem("k/s.private", "does not exist");
        (await place.RunAsync("keys", "generate", "-d", "example.com", "-s", "s", "--ed25519")).Expect(0);
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(Path.Combine(place.Folder, "k/s.private")));
        (await place.RunAsync("keys", "generate", "-d", "example.com", "-s", "t")).Expect(65).HasProblem("Set 'directory'");
    }

    [Theory]
    [InlineData("is not a domain name", 64, "generate", "-d", "exa mple", "-s", "s")]
    [InlineData("--bits is 1024 to 4096", 64, "generate", "-d", "example.com", "-s", "s", "-b", "512")]
    [InlineData("is no selector", 65, "generate", "-d", "example.com", "-s", "../x")]
    [InlineData("is not a domain name", 64, "dns", "-d", "exa mple")]
    [InlineData("no key of example.net", 0, "list", "-d", "example.net")]
    [InlineData("no such key store", 64, "list", "--store", "other")]
    public async Task What_cannot_be_done_is_said(string text, int code, params string[] arguments)
    {
        using var place = new Workplace().With(Samples.Signer());
        place.Write("keys/example.com/s.pem", Samples.RsaPem);
        var ended = (await place.RunAsync(["keys", .. arguments])).Expect(code);
        ended.HasProblem(text);
        Assert.Equal("", ended.Output);
    }

    [Fact]
    public async Task A_key_that_cannot_be_used_is_listed_with_its_reason_and_fails_the_command()
    {
        using var place = new Workplace().With(Samples.Signer());
        var path = place.Write("keys/example.com/s.pem", "");
        var listed = (await place.RunAsync("keys", "list")).Expect(65);
        Assert.Equal($"example.com s unusable: {path} is empty. Make the key again.\n", listed.Output);
        (await place.RunAsync("keys", "dns")).Expect(65).HasProblem(path);
    }

    [Fact]
    public async Task Several_stores_must_be_told_apart()
    {
        using var place = new Workplace().With("[service.one]\nplugin = \"FileKeyStore\"\ndirectory = \"a\"\n[service.two]\nplugin = \"FileKeyStore\"\ndirectory = \"b\"\n" + Samples.Nothing);
        (await place.RunAsync("keys", "generate", "-d", "example.com", "-s", "s")).Expect(64).HasProblem("--store", "one, two");
        (await place.RunAsync("keys", "generate", "-d", "example.com", "-s", "s", "--store", "two")).Expect(0);
        Assert.True(File.Exists(Path.Combine(place.Folder, "b/example.com/s.pem")));
    }
}
