using System.Diagnostics;
using System.Globalization;

namespace FilterHost.Tests;

/// <summary>The host started straight from a daemon's file, as a shim in the daemon's place does.</summary>
public sealed class ImportRunTests
{
    [Fact]
    public async Task In_the_background_the_command_ends_once_the_host_serves()
    {
        using var place = new Workplace();
        place.Environment["STATE_DIRECTORY"] = Path.Combine(place.Folder, "state");
        var file = place.Write("opendkim.conf", $"Mode v\nSocket inet:1@localhost\nPidFile {place.Folder}/pid\n");
        (await place.RunBareAsync("import", "opendkim", "--run", "--", "-x", file, "-p", $"local:{place.Folder}/s")).Expect(0);
        Assert.True(File.Exists($"{place.Folder}/s"));
        await StopAsync(place);
        Assert.False(File.Exists($"{place.Folder}/s"));
    }

    [Fact]
    public async Task A_reload_goes_back_to_the_daemons_file()
    {
        using var place = new Workplace();
        place.Environment["STATE_DIRECTORY"] = Path.Combine(place.Folder, "state");
        var text = $"Mode v\nSocket inet:1@localhost\nPidFile {place.Folder}/pid\n";
        var file = place.Write("opendkim.conf", text);
        (await place.RunBareAsync("import", "opendkim", "--run", "--", "-x", file, "-p", $"local:{place.Folder}/s")).Expect(0);
        try
        {
            await ReloadAsync(place, file, text);
        }
        finally
        {
            await StopAsync(place);
        }
    }

    private static async Task ReloadAsync(Workplace place, string file, string text)
    {
        var settings = Assert.Single(Directory.GetFiles(Path.Combine(place.Folder, "state", "imported")));
        Assert.Equal("reloaded: nothing has changed\n", (await place.RunBareAsync("reload", "--config", settings)).Expect(0).Output);
        place.Write("opendkim.conf", $"{text}On-NoSignature reject\n");
        Assert.Equal("filter.verify: renewed, on_none changed\n", (await place.RunBareAsync("reload", "--config", settings)).Expect(0).Output);
        place.Write("opendkim.conf", $"{text}FooBar 1\n");
        (await place.RunBareAsync("reload", "--config", settings)).Expect(78).HasProblem($"{file}:4:1: FooBar");
        Assert.True(File.Exists($"{place.Folder}/s"));
    }

    [Fact]
    public async Task In_the_background_a_host_that_cannot_start_says_so_and_its_code_is_the_commands()
    {
        using var place = new Workplace();
        place.Environment["STATE_DIRECTORY"] = Path.Combine(place.Folder, "state");
        var file = place.Write("opendkim.conf", $"Mode v\nSocket local:{place.Folder}/no/such/folder/s\n");
        var ended = await place.RunBareAsync("import", "opendkim", "--run", "--", "-x", file);
        Assert.Equal(78, ended.Code);
        Assert.Contains($"{place.Folder}/no/such/folder", ended.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_the_daemon_refuses_starts_nothing()
    {
        using var place = new Workplace();
        var file = place.Write("opendkim.conf", $"Mode v\nSocket local:{place.Folder}/s\nFooBar 1\n");
        (await place.RunBareAsync("import", "opendkim", "--run", "--", "-f", "-x", file)).Expect(78).HasProblem($"{file}:3:1: FooBar");
        Assert.False(File.Exists($"{place.Folder}/s"));
    }

    [Fact]
    public async Task The_version_flag_prints_the_version()
    {
        using var place = new Workplace();
        Assert.StartsWith("filterhost ", (await place.RunBareAsync("import", "opendkim", "--run", "--", "-V")).Expect(0).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("opendkim")]
    [InlineData("opendmarc")]
    public void The_shim_hands_its_flags_on(string daemon)
    {
        var shim = File.ReadAllText(Path.Combine(ConformanceData.RepositoryRoot, "packaging/shims", daemon));
        Assert.EndsWith($"\nexec filterhost import {daemon} --run -- \"$@\"\n", shim, StringComparison.Ordinal);
    }

    private static async Task StopAsync(Workplace place)
    {
        var cancel = TestContext.Current.CancellationToken;
        using var host = Process.GetProcessById(int.Parse(await File.ReadAllTextAsync($"{place.Folder}/pid", cancel), CultureInfo.InvariantCulture));
        using (var kill = Process.Start("/bin/kill", ["-TERM", host.Id.ToString(CultureInfo.InvariantCulture)]))
            await kill.WaitForExitAsync(cancel);
        await host.WaitForExitAsync(cancel).WaitAsync(Workplace.Patience, cancel);
    }
}
