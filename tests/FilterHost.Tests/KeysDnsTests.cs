using System.Text.RegularExpressions;

namespace FilterHost.Tests;

public sealed partial class KeysDnsTests
{
    private const string Checker = "/usr/sbin/nsd-checkzone";

    [Theory]
    [InlineData("line")]
    [InlineData("zone")]
    public async Task The_records_of_all_keys_load_into_a_name_server(string format)
    {
        Programs.Require(Checker);
        using var place = await WithKeysAsync();
        var records = (await place.RunAsync("keys", "dns", "-d", "example.com", "--format", format, "-n", "a; \"b\" \\", "-r")).Expect(0).Output;
        // 4096 bits do not fit into one string of a TXT record (RFC 1035 §3.3).
        Assert.All(CharacterString().Matches(records), text => Assert.InRange(text.Length, 1, 257));
        Assert.True(CharacterString().Count(records) > 4, records);
        var zone = place.Write("zone", $"$TTL 3600\nexample.com. IN SOA ns.example.com. root.example.com. 1 3600 600 86400 3600\nexample.com. IN NS ns.example.com.\nns.example.com. IN A 127.0.0.1\n{records}");
        (await Programs.RunAsync(Checker, ["example.com", zone])).Expect(0);
        // And what is read from there is the keys.
        Assert.Equal(3, (await place.RunAsync("keys", "test", "--dns", "zone")).Expect(0).Output.Split('\n').Count(line => line.StartsWith("ok: ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Nsupdate_takes_the_script()
    {
        const string Nsupdate = "/usr/bin/nsupdate";
        Programs.Require(Nsupdate);
        using var place = await WithKeysAsync();
        var script = (await place.RunAsync("keys", "dns", "--format", "nsupdate", "--ttl", "60")).Expect(0).Output;
        Assert.EndsWith("\nsend\n", script, StringComparison.Ordinal);
        // Shown in place of sent, since no server is there.
        var shown = (await Programs.RunAsync(Nsupdate, [], "zone example.com\n" + script.Replace("send\n", "show\n", StringComparison.Ordinal))).Expect(0);
        Assert.Equal("", shown.Errors);
        Assert.Equal(3, Regex.Count(shown.Output, "\\.example\\.com\\.\\s+60\\s+IN\\s+TXT\\s+\"v=DKIM1; k="));
        Assert.Equal(3, Regex.Count(shown.Output, "\\.example\\.com\\.\\s+0\\s+ANY\\s+TXT"));
    }

    [Fact]
    public async Task The_text_is_whole_the_split_form_is_quoted_and_JSON_has_both()
    {
        using var place = await WithKeysAsync();
        var text = (await place.RunAsync("keys", "dns", "-s", "big", "--format", "text")).Expect(0).Output;
        Assert.Matches("^big\\._domainkey\\.example\\.com\tv=DKIM1; k=rsa; p=[A-Za-z0-9+/=]{600,}\n$", text);
        var split = (await place.RunAsync("keys", "dns", "-s", "big", "--format", "split")).Expect(0).Output;
        Assert.Equal(text, split.Replace("\" \"", "", StringComparison.Ordinal).Replace("\"", "", StringComparison.Ordinal));
        using var json = (await place.RunAsync("keys", "dns", "-s", "big", "--format", "json")).Expect(0).ReadJson();
        var key = Assert.Single(json.RootElement.GetProperty("keys").EnumerateArray());
        Assert.Equal(text, $"{key.GetProperty("name").GetString()}\t{key.GetProperty("record").GetString()}\n");
        Assert.Equal(key.GetProperty("record").GetString(), string.Concat(key.GetProperty("strings").EnumerateArray().Select(part => part.GetString())));
    }

    [Fact]
    public async Task Retired_keys_are_left_out_unless_asked_for()
    {
        using var place = new Workplace().With(Samples.Signer());
        place.Write("keys/example.com/new.pem.pending", Samples.RsaPem);
        place.Write("keys/example.com/now.pem", Samples.RsaPem);
        place.Write("keys/example.com/old.pem.retired", Samples.RsaPem);
        Assert.Equal(["now", "new"], await SelectorsAsync(place));
        Assert.Equal(["now", "new", "old"], await SelectorsAsync(place, "--retired"));
    }

    private static async Task<IEnumerable<string>> SelectorsAsync(Workplace place, params string[] options) =>
        (await place.RunAsync(["keys", "dns", .. options])).Expect(0).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('.')[0]);

    private static async Task<Workplace> WithKeysAsync()
    {
        var place = new Workplace().With(Samples.Signer());
        place.Write("keys/example.com/a.b.pem", Samples.MakePem(1024));
        place.Write("keys/example.com/big.pem", Samples.MakePem(4096));
        (await place.RunAsync("keys", "generate", "-d", "example.com", "-s", "ed", "--ed25519")).Expect(0);
        return place;
    }

    [GeneratedRegex("\"[^\"]*\"")]
    private static partial Regex CharacterString();
}
