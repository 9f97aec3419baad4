using System.Security.Cryptography;
using FilterHost.Keys;

namespace FilterHost.Plugins.Tests;

/// <summary>What other programs change in a folder while the store is in use.</summary>
public sealed class FileKeyStoreChangesTests
{
    private const string Folder = "[service.keys]\nplugin = \"FileKeyStore\"\ndirectory = \"keys\"";

    private static readonly string Pem = PemOf();

    private readonly Clock _clock = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_key_that_comes_and_one_that_goes_are_noticed_after_some_seconds_and_not_looked_for_before()
    {
        await using var plugins = await StoreAsync();
        var path = plugins.Write("keys/example.com/old.pem", Pem);
        Assert.Equal("old", await SelectorAsync(plugins));
        plugins.Write("keys/example.com/z.pem", Pem);
        Assert.Equal("old", await SelectorAsync(plugins));
        _clock.Now += TimeSpan.FromSeconds(5);
        Assert.Equal("z", await SelectorAsync(plugins));
        File.Move(Path.Combine(plugins.Folder, "keys/example.com/z.pem"), Path.Combine(plugins.Folder, "keys/example.com/z.pem.retired"));
        Assert.Equal("z", await SelectorAsync(plugins));
        _clock.Now += TimeSpan.FromSeconds(5);
        Assert.Equal("old", await SelectorAsync(plugins));
        File.Delete(path);
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        _clock.Now += TimeSpan.FromSeconds(5);
        Assert.IsType<SigningKeys.NotOurs>(await FindAsync(plugins));
    }

    [Fact]
    public async Task A_bad_key_that_comes_holds_up_no_mail_and_a_good_one_in_its_place_is_taken()
    {
        await using var plugins = await StoreAsync();
        plugins.Write("keys/example.com/old.pem", Pem);
        Assert.Equal("old", await SelectorAsync(plugins));
        var path = plugins.Write("keys/example.com/z.pem", "half of a key");
        _clock.Now += TimeSpan.FromSeconds(5);
        Assert.Equal("old", await SelectorAsync(plugins));
        File.Delete(path);
        plugins.Write("keys/example.com/z.pem", Pem);
        _clock.Now += TimeSpan.FromSeconds(5);
        Assert.Equal("z", await SelectorAsync(plugins));
    }

    [Fact]
    public async Task A_bad_key_that_was_there_from_the_start_is_used_once_it_is_mended()
    {
        await using var plugins = await StoreAsync();
        var path = plugins.Write("keys/example.com/s.pem", Pem);
        File.SetUnixFileMode(path, File.GetUnixFileMode(path) | UnixFileMode.OtherRead);
        Assert.IsType<SigningKeys.Misconfigured>(await FindAsync(plugins));
        // The mode of a file does not change the time of its folder.
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        _clock.Now += TimeSpan.FromSeconds(5);
        Assert.Equal("s", await SelectorAsync(plugins));
    }

    [Fact]
    public async Task There_are_keys_at_every_moment_of_a_rotation()
    {
        await using var plugins = await StoreAsync();
        var at = (string name) => Path.Combine(plugins.Folder, "keys/example.com", name);
        plugins.Write("keys/example.com/a.pem", Pem);
        plugins.Write("keys/example.com/b.pem.pending", Pem);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var found = 0;
        var reading = Task.Run(async () =>
        {
            while (!end.IsCancellationRequested)
            {
                // Every look is a new reading.
                _clock.Now += TimeSpan.FromSeconds(5);
                var key = Assert.Single(Assert.IsType<SigningKeys.Found>(await FindAsync(plugins)).Keys);
                Assert.IsType<SigningOutcome.Signed>(await plugins.Service<ISigningKeyStore>().SignAsync(key.Id, new byte[32], Cancel));
                Interlocked.Increment(ref found);
            }
        }, Cancel);
        // Until both have happened often enough: the rotations, and the looks between them. A look that fails ends the loop.
        for (var (i, from, to) = (0, "a", "b"); !reading.IsCompleted && (i < 200 || Volatile.Read(ref found) < 50); i++, (from, to) = (to, from))
        {
            File.Move(at($"{to}.pem.pending"), at($"{to}.pem"));
            File.Move(at($"{from}.pem"), at($"{from}.pem.retired"), overwrite: true);
            File.Copy(at($"{from}.pem.retired"), at($"{from}.pem.pending"));
        }
        await end.CancelAsync();
        await reading;
        Assert.True(found >= 50);
    }

    private static string PemOf()
    {
        using var rsa = RSA.Create(2048);
        return rsa.ExportPkcs8PrivateKeyPem();
    }

    private async Task<LoadedPlugins> StoreAsync()
    {
        var plugins = new LoadedPlugins();
        plugins.Write("keys/note", "");
        return await plugins.BuildAsync(Folder, time: _clock);
    }

    private static async Task<string> SelectorAsync(LoadedPlugins plugins) => Assert.Single(Assert.IsType<SigningKeys.Found>(await FindAsync(plugins)).Keys).Selector;

    private static ValueTask<SigningKeys> FindAsync(LoadedPlugins plugins) =>
        plugins.Service<ISigningKeyStore>().FindKeysAsync(new SigningQuery { AuthorDomain = DomainName.Parse("example.com"), AuthorLocalPart = "a" }, Cancel);

    private sealed class Clock : TimeProvider
    {
        // Files have the real time, and a folder's is relied on only when it is some seconds past.
        public DateTimeOffset Now { get; set; } = System.GetUtcNow() + TimeSpan.FromHours(1);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
