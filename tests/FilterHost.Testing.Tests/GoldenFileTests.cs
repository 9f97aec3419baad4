namespace FilterHost.Testing.Tests;

/// <summary>Whole messages that are compared with files. The environment is that of the process, so the tests are in one class.</summary>
public sealed class GoldenFileTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fhgf");
    private readonly string? _ci = Environment.GetEnvironmentVariable("CI");

    private string File => Path.Combine(_folder.FullName, "new", "hello.eml");

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("CI", _ci);
        Environment.SetEnvironmentVariable("FILTERHOST_RENEW_GOLDEN", null);
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_golden_file_lies_beside_the_test() => (await FilterTest.For<HelloPlugin>().RunAsync()).ExpectGolden("Golden/hello.eml");

    [Fact]
    public async Task A_golden_file_is_found_where_a_deterministic_build_hides_the_path() =>
        (await FilterTest.For<HelloPlugin>().RunAsync()).ExpectGolden("Golden/hello.eml", "/_/tests/FilterHost.Testing.Tests/GoldenFileTests.cs");

    [Fact]
    public async Task Another_message_fails_with_a_diff()
    {
        var run = await FilterTest.For<HelloPlugin>("greeting = \"Hi\"").RunAsync();
        var failure = Assert.Throws<ExpectationException>(() => run.ExpectGolden("Golden/hello.eml"));
        Assert.Contains("- X-Hello: Hello\n+ X-Hello: Hi\n", failure.Message, StringComparison.Ordinal);
        Assert.Contains("Golden/hello.eml", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_missing_is_named_with_what_makes_it()
    {
        var run = await FilterTest.For<HelloPlugin>().RunAsync();
        var failure = Assert.Throws<ExpectationException>(() => run.ExpectGolden(File));
        Assert.Contains($"{File}. Run the test once with FILTERHOST_RENEW_GOLDEN=1", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Renewing_writes_the_file_which_then_is_equal()
    {
        var run = await FilterTest.For<HelloPlugin>().RunAsync();
        Environment.SetEnvironmentVariable("CI", null);
        Environment.SetEnvironmentVariable("FILTERHOST_RENEW_GOLDEN", "1");
        run.ExpectGolden(File);
        Environment.SetEnvironmentVariable("FILTERHOST_RENEW_GOLDEN", null);
        Assert.Equal(run.Message.ToArray(), await System.IO.File.ReadAllBytesAsync(File, TestContext.Current.CancellationToken));
        run.ExpectGolden(File);
    }

    [Fact]
    public async Task In_CI_nothing_is_renewed()
    {
        var run = await FilterTest.For<HelloPlugin>().RunAsync();
        Environment.SetEnvironmentVariable("CI", "true");
        Environment.SetEnvironmentVariable("FILTERHOST_RENEW_GOLDEN", "1");
        Assert.Throws<ExpectationException>(() => run.ExpectGolden(File));
        Assert.False(System.IO.File.Exists(File));
    }
}
