namespace FilterHost.Packages.Tests;

/// <summary><c>dotnet new filterhost-keystore</c>, with a name that is no C# identifier.</summary>
public sealed class NewKeyStoreTests(PackageFeed feed)
{
    [Fact]
    public async Task A_new_key_store_builds_without_warnings_tests_and_signs_in_the_host()
    {
        var (sdk, folder) = (await feed.SdkForAsync("store-author"), feed.NewFolder());
        await sdk.RunAsync(folder, "new", "install", "FilterHost.Templates");
        await sdk.RunAsync(folder, "new", "filterhost-keystore", "-n", "Acme.2-Vaults");
        folder = Path.Combine(folder, "Acme.2-Vaults");
        await sdk.RunAsync(folder, "build", "-warnaserror", "-v", "q");
        await WarnsOfBlockingAsync(sdk, Path.Combine(folder, "Acme.2-Vaults"));
        Assert.Contains("succeeded: 4", await sdk.RunAsync(folder, "test", "--no-build"), StringComparison.Ordinal);
        await sdk.RunAsync(folder, "tool", "restore");
        folder = Path.Combine(folder, "Acme.2-Vaults");
        using (var key = System.Security.Cryptography.RSA.Create(2048))
            await File.WriteAllTextAsync(Path.Combine(folder, "mail.pem"), key.ExportPkcs8PrivateKeyPem(), TestContext.Current.CancellationToken);
        Assert.Contains("DKIM-Signature: v=1; a=rsa-sha256", await sdk.RunAsync(folder, "filterhost", "filter", "message.eml", "--config", "filterhost.toml"), StringComparison.Ordinal);
    }

    // The analyzers come with the contract, without a word in the project.
    private async Task WarnsOfBlockingAsync(Sdk sdk, string folder)
    {
        var copy = feed.NewFolder();
        foreach (var file in Directory.GetFiles(folder, "*.cs*"))
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        var store = Path.Combine(copy, "Acme2VaultsKeyStore.cs");
        await File.WriteAllTextAsync(store, (await File.ReadAllTextAsync(store)).Replace("await File.ReadAllTextAsync(settings.KeyFile.FullName, cancellationToken)", "File.ReadAllText(settings.KeyFile.FullName)", StringComparison.Ordinal));
        Assert.Contains("warning FH0002", await sdk.RunAsync(copy, "build", "-v", "q"), StringComparison.Ordinal);
    }
}
