using System.Text.Json;
using FilterHost.EndToEnd.Tests.Harness;

namespace FilterHost.EndToEnd.Tests;

/// <summary>Keys in an SQLite file, made by the program's own commands.</summary>
public class SqliteSetup : MailSetup
{
    protected override string KeyStore => "[service.keys]\nplugin = \"SqlKeyStore\"\nfile = \"keys.db\"";

    protected override async ValueTask PrepareAsync()
    {
        var settings = Path.Combine(Folder, "keys.toml");
        await File.WriteAllTextAsync(settings, $"state_directory = \"{Path.GetTempPath()}filterhost-test-state\"\n{KeyStore}\n[[listener]]\nsocket = \"unix:none\"\nfilters = []\n");
        Records.Clear();
        foreach (var (selector, more) in new (string, string[])[] { ("rsa", []), ("ed", ["--ed25519"]) })
            await RunAsync(["keys", "generate", "--config", settings, "-d", "example.com", "-s", selector, .. more]);
        using var listed = JsonDocument.Parse(await RunAsync(["keys", "dns", "--config", settings, "--json"]));
        foreach (var key in listed.RootElement.GetProperty("keys").EnumerateArray())
            Records[$"{key.GetProperty("selector").GetString()}._domainkey.{key.GetProperty("domain").GetString()}"] = key.GetProperty("record").GetString()!;
    }

    private static async Task<string> RunAsync(string[] arguments)
    {
        var (code, output, error) = await Machine.RunAsync(FilterHostProcess.Program, arguments);
        Assert.True(code == 0, error);
        return output;
    }
}
