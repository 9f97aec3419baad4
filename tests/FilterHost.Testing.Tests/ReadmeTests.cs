using System.Text.RegularExpressions;
using FilterHost.Dns;
using FilterHost.Tests;
using Microsoft.Extensions.Logging;

namespace FilterHost.Testing.Tests;

/// <summary>What the package's README shows, compiled and run.</summary>
public sealed class ReadmeTests
{
    [Fact]
    public async Task Every_message_is_greeted()
    {
        var run = await FilterTest.For<HelloPlugin>("""greeting = "Hi" """).RunAsync();
        run.ExpectDelivered().ExpectHeader("X-Hello", "Hi");
    }

    [Fact]
    public async Task The_mail()
    {
        var test = FilterTest.For<HelloPlugin>()
            .Client("2001:db8::1", "mail.example.org").Helo("mail.example.org").Authenticated("joe")
            .From("joe@example.org", "SMTPUTF8").To("a@example.net", "b@example.net")
            .Macro("daemon_name", "submission")
            .WithField("Subject", "an offer").WithBody("Buy now.\n");
        (await test.RunAsync()).ExpectHeader("Subject", "an offer").ExpectBody("Buy now.\n");
    }

    [Fact]
    public async Task What_is_around_the_filter()
    {
        var test = FilterTest.For<HelloPlugin>()
            .WithZone("""
                example.com.  TXT  "v=spf1 -all"
                example.com.  MX   10 mail.example.com.
                """)
            .WithDnsFailure("slow.example", DnsOutcome.Timeout)
            .WithSigningKeys("example.com")
            .WithResultsBefore(new GenericResult("spf", "softfail"))
            .At(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
        (await test.RunAsync()).ExpectResult("spf", "softfail").ExpectNoProblems();
    }

    [Fact]
    public async Task A_store_that_is_slow()
    {
        var store = new TestKeyStore("example.com") { Delay = Timeout.InfiniteTimeSpan };
        var test = FilterTest.For<KeyAskingPlugin>("time_limit = \"50ms\"").WithSigningKeys(store);
        (await test.RunAsync()).ExpectTempFailed("451 4.3.0").ExpectLog(LogLevel.Error, "overran its time");
    }

    [Fact]
    public async Task Whole_messages()
    {
        (await FilterTest.For<HelloPlugin>().RunAsync()).ExpectGolden("Golden/hello.eml");
    }

    [Fact]
    public async Task Over_a_socket()
    {
        (await FilterTest.For<HelloPlugin>().OverSocket().RunAsync()).ExpectGolden("Golden/hello.eml");
    }

    [Fact]
    public void All_code_of_the_README_is_in_this_file()
    {
        var readme = File.ReadAllText(Path.Combine(ConformanceData.RepositoryRoot, "src/FilterHost.Testing/README.md"));
        var source = WithoutIndentation(File.ReadAllText(Path.Combine(ConformanceData.RepositoryRoot, "tests/FilterHost.Testing.Tests/ReadmeTests.cs")));
        var blocks = Regex.Matches(readme, "```csharp\n(.*?)```", RegexOptions.Singleline);
        Assert.Equal(6, blocks.Count);
        Assert.All(blocks, block => Assert.Contains(WithoutIndentation(block.Groups[1].Value), source, StringComparison.Ordinal));
    }

    private static string WithoutIndentation(string code) => Regex.Replace(code, "^ +", "", RegexOptions.Multiline);
}
