using FilterHost.EndToEnd.Tests.Harness;

namespace FilterHost.EndToEnd.Tests;

public sealed class DebianPackageTests
{
    private const int CannotBeTried = 77;

    [Fact]
    public async Task The_package_installs_starts_upgrades_under_load_and_goes_without_a_trace()
    {
        Machine.Require("/usr/bin/dpkg-deb", "/usr/bin/python3", "/usr/bin/unshare");
        var root = FilterHost.Tests.ConformanceData.RepositoryRoot;
        var (code, output, error) = await Machine.RunAsync(
            Path.Combine(root, "packaging", "test-deb"), ["--host", Path.GetDirectoryName(FilterHostProcess.Program)!], patience: TimeSpan.FromMinutes(10));
        if (code == CannotBeTried)
            Assert.Skip($"{output}{error}");
        Assert.True(code == 0, output + error);
        Assert.Contains("upgraded under load: good", output, StringComparison.Ordinal);
        Assert.Contains("removed and purged: good", output, StringComparison.Ordinal);
    }
}
