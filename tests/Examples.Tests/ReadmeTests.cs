using System.Text.RegularExpressions;
using FilterHost.Plugins.Tests;
using FilterHost.Tests;

namespace FilterHost.Examples.Tests;

/// <summary>The settings that the examples' READMEs show are taken by the host, in the order of filters that they show.</summary>
public sealed partial class ReadmeTests : IAsyncDisposable
{
    // What stands beside the example, and is not shown by it.
    private static readonly (string Name, string Table)[] Others =
    [
        ("[service.dns]", "plugin = \"ZoneFileResolver\"\nfile = \"zone\"\n"),
        ("[service.keys]", "plugin = \"FileKeyStore\"\ndirectory = \"keys\"\n"),
        ("[filter.spf]", "plugin = \"Spf\"\n"),
        ("[filter.verify]", "plugin = \"DkimVerify\"\n"),
        ("[filter.dmarc]", "plugin = \"Dmarc\"\n"),
        ("[filter.sign]", "plugin = \"DkimSign\"\n"),
    ];

    private readonly LoadedPlugins _plugins = new();
    private readonly Pkcs12File _file = new();

    public async ValueTask DisposeAsync()
    {
        await _plugins.DisposeAsync();
        _file.Dispose();
    }

    [Theory]
    [InlineData("HelloFilter", "hello")]
    [InlineData("BodyFooter", "footer", "sign")]
    [InlineData("AttachmentPolicy", "verify", "attachments")]
    [InlineData("SubjectTag", "spf", "verify", "dmarc", "warn")]
    [InlineData("RateLimit", "rate", "sign")]
    [InlineData("CustomKeyStore", "sign")]
    public async Task The_settings_of_the_README_are_taken(string example, params string[] filters)
    {
        var readme = await File.ReadAllTextAsync(Path.Combine(ConformanceData.RepositoryRoot, "examples", example, "README.md"), TestContext.Current.CancellationToken);
        var shown = Block().Match(readme).Groups[1].Value
            .Replace("./artifacts/examples/debug", ExampleLoads.Examples, StringComparison.Ordinal)
            .Replace("/run/filterhost/", "", StringComparison.Ordinal);
        var listener = shown.IndexOf("[[listener]]", StringComparison.Ordinal);
        Prepare();
        var tables = string.Concat(Others.Where(other => !shown.Contains(other.Name, StringComparison.Ordinal)).Select(other => $"{other.Name}\n{other.Table}"));
        await _plugins.BuildAsync($"{shown[..listener]}\n{tables}", shown[listener..]);
        Assert.True(_plugins.Generation is not null, string.Join('\n', _plugins.Problems.Ordered()));
        Assert.Equal(filters, Assert.Single(_plugins.Generation.Listeners).KeepingEveryBody().Members.Select(member => member.Name));
    }

    private void Prepare()
    {
        Directory.CreateDirectory(Path.Combine(_plugins.Folder, "keys"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        _plugins.Write("zone", "example.com. IN TXT \"none\"\n");
        _plugins.Write("redis.pass", "x");
        _file.Write();
        File.Copy(_file.Path, Path.Combine(_plugins.Folder, "example.p12"));
        File.Copy(_file.PassPhraseFile, Path.Combine(_plugins.Folder, "example.pass"));
    }

    [GeneratedRegex("^```toml\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();
}
