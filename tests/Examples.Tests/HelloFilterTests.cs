using FilterHost.Testing;

namespace FilterHost.Examples.Tests;

/// <summary>The example that an author starts from.</summary>
public sealed class HelloFilterTests
{
    [Theory]
    [InlineData("", "Hello")]
    [InlineData("greeting = \"Good day\"", "Good day")]
    public async Task Every_message_is_greeted(string settings, string greeting)
    {
        var run = await FilterTest.For<HelloPlugin>(settings).RunAsync();
        run.ExpectDelivered().ExpectHeader("X-Hello", greeting).ExpectNoProblems();
    }
}
