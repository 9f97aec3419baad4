namespace FilterHost.Tests;

public sealed class KeysTestTests
{
    private const string OtherKey = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

    [Theory]
    [InlineData("@", 0, "ok: ")]
    [InlineData("", 65, "missing: ")]
    [InlineData("s._domainkey.example.com. TXT \"v=spf1 -all\"", 65, "missing: ")]
    [InlineData("s._domainkey.example.com. TXT \"v=DKIM1; k=ed25519; p=" + OtherKey + "\"", 65, "wrong: ", "(p=)")]
    [InlineData("s._domainkey.example.com. TXT \"v=DKIM1; p=" + OtherKey + "\"", 65, "wrong: ", "(k=)")]
    [InlineData("@; s=tlsrpt", 65, "wrong: ", "(s=)")]
    [InlineData("@; h=sha1", 65, "wrong: ", "(h=)")]
    [InlineData("@; t=y", 0, "ok: ", "test (t=y)")]
    [InlineData("s._domainkey.example.com. TXT \"v=DKIM1; k=ed25519; p=\"", 65, "revoked: ")]
    [InlineData("s._domainkey.example.com. FAIL SERVFAIL", 75, "unreachable: ")]
    [InlineData("s._domainkey.example.com. FAIL TIMEOUT", 75, "unreachable: ")]
    public async Task A_key_is_compared_with_its_record(string zone, int code, string word, string text = "s._domainkey.example.com (active, ed25519-sha256, 256 bits)")
    {
        using var place = await WithKeyAsync(zone);
        var ended = (await place.RunAsync("keys", "test")).Expect(code);
        Assert.StartsWith(word + "s._domainkey.example.com (active, ed25519-sha256, 256 bits)", ended.Output, StringComparison.Ordinal);
        Assert.Contains(text, ended.Output, StringComparison.Ordinal);
        using var json = (await place.RunAsync("keys", "test", "--json")).Expect(code).ReadJson();
        Assert.Equal(word, json.RootElement.GetProperty("keys")[0].GetProperty("result").GetString() + ": ");
    }

    [Fact]
    public async Task Only_what_signs_decides_the_exit_code()
    {
        using var place = await WithKeyAsync("@");
        place.Write("keys/example.com/next.pem.pending", Samples.RsaPem);
        place.Write("keys/example.com/past.pem.retired", Samples.RsaPem);
        var output = (await place.RunAsync("keys", "test")).Expect(0).Output;
        Assert.Contains("missing: next._domainkey.example.com (pending, ", output, StringComparison.Ordinal);
        Assert.Contains("  publish: next._domainkey.example.com. IN TXT", output, StringComparison.Ordinal);
        Assert.Contains("missing: past._domainkey.example.com (retired, ", output, StringComparison.Ordinal);
        Assert.DoesNotContain("publish: past", output, StringComparison.Ordinal);
        place.Write("keys/example.com/bad.pem", "");
        Assert.Contains("unusable: bad._domainkey.example.com", (await place.RunAsync("keys", "test")).Expect(65).Output, StringComparison.Ordinal);
        (await place.RunAsync("keys", "test", "-s", "s")).Expect(0);
        (await place.RunAsync("keys", "test", "-s", "no")).Expect(65).HasProblem("has no key no");
    }

    [Fact]
    public async Task Every_key_of_every_store_is_tested_at_real_servers_and_the_worst_answer_counts()
    {
        using var place = new Workplace().With("[service.one]\nplugin = \"FileKeyStore\"\ndirectory = \"a\"\n[service.two]\nplugin = \"FileKeyStore\"\ndirectory = \"b\"\n" + Samples.Nothing);
        for (var i = 0; i < 20; i++)
            place.Write($"{(i % 2 == 0 ? "a" : "b")}/d{i}.example/s.pem", Samples.RsaPem);
        var records = (await place.RunAsync("keys", "dns", "--store", "one")).Expect(0).Output + (await place.RunAsync("keys", "dns", "--store", "two")).Expect(0).Output;
        await using var whole = await ZoneServer.StartAsync(records);
        Assert.Equal(20, (await place.RunAsync("keys", "test", "--server", whole.Server)).Expect(0).Output.Split('\n').Count(line => line.StartsWith("ok: ", StringComparison.Ordinal)));
        await using var lacking = await ZoneServer.StartAsync(string.Join('\n', records.Split('\n').Where(line => !line.Contains(".d7.example", StringComparison.Ordinal))));
        var ended = (await place.RunAsync("keys", "test", "--server", whole.Server, "--server", lacking.Server)).Expect(65);
        Assert.Single(ended.Output.Split('\n'), line => line.StartsWith("missing: s._domainkey.d7.example", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_file_is_tested_without_settings_as_opendkim_testkey_does()
    {
        using var place = await WithKeyAsync("@");
        File.Delete(place.Settings);
        var key = Path.Combine(place.Folder, "keys/example.com/s.pem");
        Assert.StartsWith("ok: s._domainkey.example.com", (await place.RunBareAsync("keys", "test", "-d", "example.com", "-s", "s", "-k", key, "--dns", "zone")).Expect(0).Output, StringComparison.Ordinal);
        (await place.RunBareAsync("keys", "test", "-d", "example.com", "-k", key, "--dns", "zone")).Expect(64).HasProblem("-s");
        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        (await place.RunBareAsync("keys", "test", "-d", "example.com", "-s", "s", "-k", key, "--dns", "zone")).Expect(0).HasProblem("warning: ", "can be read");
        (await place.RunBareAsync("keys", "test", "-d", "example.com", "-s", "s", "-k", "no", "--dns", "zone")).Expect(65);
        (await place.RunBareAsync("keys", "test", "-d", "example.com", "-s", "s", "-k", key, "--dns", "no-zone")).Expect(78).HasProblem("no-zone");
        (await place.RunBareAsync("keys", "test", "-d", "example.com", "-s", "s", "-k", key, "--server", "nowhere")).Expect(78).HasProblem("nowhere");
    }

    [Fact]
    public async Task A_key_of_1024_bits_is_weak()
    {
        using var place = new Workplace().With(Samples.Signer());
        place.Write("keys/example.com/s.pem", Samples.MakePem(1024));
        place.Write("zone", (await place.RunAsync("keys", "dns")).Expect(0).Output);
        Assert.Contains("it is weak", (await place.RunAsync("keys", "test", "--dns", "zone")).Expect(0).Output, StringComparison.Ordinal);
        using var json = (await place.RunAsync("keys", "test", "--dns", "zone", "--json")).Expect(0).ReadJson();
        Assert.True(json.RootElement.GetProperty("keys")[0].GetProperty("weak").GetBoolean());
        Assert.Equal("unknown", json.RootElement.GetProperty("keys")[0].GetProperty("dnssec").GetString());
    }

    // An Ed25519 key s of example.com and a zone; @ is the right record, with more tags where some follow.
    private static async Task<Workplace> WithKeyAsync(string zone)
    {
        var place = new Workplace().With(Samples.Signer() + "[service.dns]\nplugin = \"ZoneFileResolver\"\nfile = \"zone\"\n");
        var record = (await place.RunAsync("keys", "generate", "-d", "example.com", "-s", "s", "--ed25519")).Expect(0).Output;
        place.Write("zone", (zone.StartsWith('@') ? record.Replace("; k=", $"{zone[1..]}; k=", StringComparison.Ordinal) : zone) + "\n");
        return place;
    }
}
