using System.Text.Json;

namespace FilterHost.Tests;

public sealed class JsonTests
{
    [Theory]
    [InlineData("ok", "check", "--no-dns")]
    [InlineData("verdict", "filter", "m.eml")]
    [InlineData("keys", "keys", "list")]
    [InlineData("keys", "keys", "dns")]
    [InlineData("keys", "keys", "generate", "-d", "example.org", "-s", "s", "--ed25519")]
    [InlineData("plugins", "plugins", "list")]
    [InlineData("properties", "settings")]
    [InlineData("properties", "settings", "DkimSign")]
    [InlineData("main_cf", "postfix")]
    [InlineData("input_mail_filters", "sendmail")]
    [InlineData("version", "version")]
    public async Task Every_command_prints_one_JSON_object(string member, params string[] command)
    {
        using var place = new Workplace().With(Samples.Signer(socket: "inet:8891@localhost"));
        place.Write("keys/example.com/s.pem", Samples.RsaPem);
        place.Write("m.eml", Samples.Message);
        using var json = (await place.RunAsync([.. command, "--json"])).Expect(0).ReadJson();
        Assert.True(json.RootElement.TryGetProperty(member, out _), json.RootElement.ToString());
    }

    [Fact]
    public async Task Problems_have_severity_place_key_and_text()
    {
        using var place = new Workplace().With("log_levl = \"debug\"\n" + Samples.Nothing);
        using var json = (await place.RunAsync("check", "--json")).Expect(78).ReadJson();
        Assert.False(json.RootElement.GetProperty("ok").GetBoolean());
        var problem = json.RootElement.GetProperty("problems").EnumerateArray().First(problem => problem.GetProperty("severity").GetString() == "error");
        Assert.Equal((place.Settings, 1, 1, "log_levl"), (problem.GetProperty("file").GetString(), problem.GetProperty("line").GetInt32(), problem.GetProperty("column").GetInt32(), problem.GetProperty("key").GetString()));
        Assert.Contains("log_level", problem.GetProperty("text").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_schema_of_the_file_knows_the_tables_of_the_plugins()
    {
        using var place = new Workplace();
        using var json = (await place.RunBareAsync("settings", "--json")).Expect(0).ReadJson();
        Assert.Equal(JsonValueKind.Object, json.RootElement.GetProperty("properties").GetProperty("listener").ValueKind);
        Assert.Contains("oversign", json.RootElement.GetProperty("properties").GetProperty("filter").ToString(), StringComparison.Ordinal);
    }
}
