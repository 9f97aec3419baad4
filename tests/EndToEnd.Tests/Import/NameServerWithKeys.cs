using FilterHost.EndToEnd.Tests.Harness;
using FilterHost.EndToEnd.Tests.Import;

[assembly: AssemblyFixture(typeof(NameServerWithKeys))]

namespace FilterHost.EndToEnd.Tests.Import;

/// <summary>One name server, and one set of signed messages, for all tests of imports; started by the first.</summary>
public sealed class NameServerWithKeys : IAsyncDisposable
{
    private readonly Lazy<Task<NameServer>> _server = new(() => NameServer.StartAsync(ImportedFiles.Zone));
    private readonly Lazy<Task<IReadOnlyList<Mail>>> _mail = new(ReadMailAsync);

    internal Task<NameServer> ServerAsync() => _server.Value;

    internal Task<IReadOnlyList<Mail>> MailAsync() => _mail.Value;

    public async ValueTask DisposeAsync()
    {
        if (_server.IsValueCreated)
            await (await _server.Value).DisposeAsync();
    }

    private static async Task<IReadOnlyList<Mail>> ReadMailAsync()
    {
        var folder = Directory.CreateTempSubdirectory("fhmk");
        var key = Path.Combine(folder.FullName, "key");
        await File.WriteAllTextAsync(key, ImportedFiles.All(folder.FullName).First().Text);
        File.SetUnixFileMode(key, UnixFileMode.UserRead);
        var mail = await ImportedMail.AllAsync(key);
        folder.Delete(recursive: true);
        return mail;
    }
}
