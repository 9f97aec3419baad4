using System.Net;
using FilterHost.Hosting.Pipeline;
using FilterHost.Keys;
using FilterHost.MailAuth.Dkim;
using Microsoft.Extensions.Logging.Abstractions;

namespace FilterHost.Plugins.Tests;

/// <summary>A service that a plugin can do without: DkimSign's resolver, which it asks only for mail that is observed.</summary>
public sealed class UseIfPresentTests : IAsyncDisposable
{
    private const string Keys = "[service.keys]\nplugin = \"FileKeyStore\"\ndirectory = \"keys\"\n";
    private const string Zone = "[service.zone]\nplugin = \"ZoneFileResolver\"\nfile = \"zone\"\n";
    private const string Empty = "[service.empty]\nplugin = \"ZoneFileResolver\"\nfile = \"empty\"\n";

    private readonly LoadedPlugins _plugins = new();

    public ValueTask DisposeAsync() => _plugins.DisposeAsync();

    [Theory]
    [InlineData("", "", "not compared with DNS, for want of a resolver")]
    [InlineData(Zone, "", "verifies")]
    [InlineData(Empty, "", "no key in DNS")]
    [InlineData(Zone + Empty, "", "not compared with DNS, for want of a resolver")]
    [InlineData(Zone + Empty, "zone", "verifies")]
    [InlineData(Zone + Empty, "empty", "no key in DNS")]
    public async Task It_is_the_only_one_or_the_one_that_the_table_names_or_none(string services, string name, string expected)
    {
        await MakeKeyAsync();
        await _plugins.BuildAsync(
            $"{Keys}{services}[filter.sign]\nplugin = \"DkimSign\"\n{(name.Length > 0 ? $"resolver = \"{name}\"" : "")}\n",
            "[[listener]]\nsocket = \"unix:s\"\nfilters = [\"sign\"]\nobserve = true\n");
        Assert.Equal("", _plugins.Problems.ToString());
        var input = new MessageInput { Message = "From: a@example.com\r\n\r\nhello\r\n"u8.ToArray(), ClientAddress = IPAddress.Loopback };
        var output = await InMemoryRun.RunAsync(_plugins.Generation!.Listeners[0].KeepingEveryBody(), input, NullLogger.Instance, TimeProvider.System);
        Assert.Equal($"signed d=example.com s=s a=rsa-sha256: {expected}", Assert.Single(output.Notes).Text);
    }

    [Fact]
    public async Task One_that_the_table_names_and_that_is_of_another_kind_is_an_error()
    {
        await MakeKeyAsync();
        await _plugins.BuildAsync($"{Keys}{Zone}[filter.sign]\nplugin = \"DkimSign\"\nresolver = \"keys\"\n");
        Assert.Contains("there is no service 'keys' that provides IDnsResolver; those that do: zone", _plugins.Problems.ToString(), StringComparison.Ordinal);
    }

    private async Task MakeKeyAsync()
    {
        Directory.CreateDirectory(Path.Combine(_plugins.Folder, "keys"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await _plugins.BuildAsync(Keys);
        var request = new SigningKeyRequest { SigningDomain = DomainName.Parse("example.com"), Selector = "s", Algorithm = SigningAlgorithm.RsaSha256 };
        var key = await _plugins.Service<ISigningKeyAdministration>().CreateAsync(request, TestContext.Current.CancellationToken);
        _plugins.Write("zone", $"{KeyRecordText.ToZoneLine(key)}\n");
        _plugins.Write("empty", "\n");
        await _plugins.UnloadAsync();
    }
}
