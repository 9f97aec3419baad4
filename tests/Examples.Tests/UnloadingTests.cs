namespace FilterHost.Examples.Tests;

/// <summary>Every example is loaded from its folder as the host does it, used and unloaded, again and again, and nothing of it is left.</summary>
public sealed class UnloadingTests : IAsyncDisposable
{
    private const int Times = 50;

    private readonly ExampleLoads _loads = new();

    public ValueTask DisposeAsync() => _loads.DisposeAsync();

    [Theory]
    [InlineData("HelloFilter", "", "X-Hello: Hello")]
    [InlineData("BodyFooter", "text = \"Footer\"", "Footer")]
    [InlineData("AttachmentPolicy", "on_match = \"strip\"", "was removed")]
    [InlineData("SubjectTag", "tag = \"[x]\"\nexternal_only = false", "Subject: [x] x")]
    [InlineData("RateLimit", "limit = 1\nby = \"client\"", "hello")]
    public async Task Fifty_times_loaded_used_and_unloaded_no_load_context_is_left(string example, string settings, string text)
    {
        for (var i = 0; i < Times; i++)
            Assert.Contains(text, await _loads.UseAsync($"[filter.example]\nplugin = \"{ExampleLoads.Examples}/{example}\"\n{settings}\n"), StringComparison.Ordinal);
        await _loads.ExpectCollectedAsync(Times);
    }

    [Fact]
    public async Task A_key_store_and_its_signer_are_unloaded()
    {
        using var file = new Pkcs12File();
        file.Write();
        var tables = $$"""
            [service.keys]
            plugin = "{{ExampleLoads.Examples}}/CustomKeyStore"
            [[service.keys.keys]]
            domain = "example.com"
            selector = "s"
            file = "{{file.Path}}"
            pass_phrase = { file = "{{file.PassPhraseFile}}" }
            [filter.example]
            plugin = "DkimSign"
            """;
        for (var i = 0; i < Times; i++)
            Assert.Contains("DKIM-Signature:", await _loads.UseAsync(tables), StringComparison.Ordinal);
        await _loads.ExpectCollectedAsync(Times * 2);
    }
}
