using System.Diagnostics;
using System.Globalization;

namespace FilterHost.Tests;

/// <summary>The worker of a filter that the settings isolate, as a process beside the host.</summary>
public sealed class WorkerTests : IDisposable
{
    private readonly Workplace _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public async Task A_worker_ends_when_its_host_is_killed()
    {
        await using var host = await WithWorker().ListenAsync();
        var worker = await WorkerOfAsync(host);
        await host.KillAsync();
        await worker.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Workplace.Patience, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_signal_to_the_whole_service_ends_the_worker_after_its_host()
    {
        await using var host = await WithWorker().ListenAsync();
        var worker = await WorkerOfAsync(host);
        // As systemd does it.
        using (var kill = Process.Start("/bin/kill", ["-TERM", worker.Id.ToString(CultureInfo.InvariantCulture)]))
            await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, (await host.StopAsync()).Code);
        await worker.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Workplace.Patience, TestContext.Current.CancellationToken);
        Assert.DoesNotContain("the worker of filter", host.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_of_the_settings_stands_on_the_command_line_or_in_the_environment_of_a_worker()
    {
        await using var host = await WithWorker().ListenAsync();
        using var worker = await WorkerOfAsync(host);
        Assert.Equal($"{Workplace.Program}\0worker\0", await File.ReadAllTextAsync($"/proc/{worker.Id}/cmdline", TestContext.Current.CancellationToken));
        Assert.DoesNotContain("X-FilterHost-", await File.ReadAllTextAsync($"/proc/{worker.Id}/environ", TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_builds_and_checks_the_worker()
    {
        var ended = await _place.With(Settings("refuses = \"the check refuses\"")).RunAsync("check", "--no-dns");
        Assert.Equal(78, ended.Code);
        Assert.Contains("filterhost.toml:8:1: filter.w.refuses: the check refuses", ended.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_worker_is_started_by_the_host_alone()
    {
        var ended = await _place.RunOnAsync("", "worker");
        Assert.Equal(0, ended.Code);
        Assert.Equal("", ended.Output);
    }

    private Workplace WithWorker() => _place.With(Settings(""));

    private static string Settings(string more) => $"""
        state_directory = "state"
        temp_directory = "tmp"
        plugin_directories = ["{Workplace.TestPlugins}"]
        [filter.w]
        plugin = "Wrecker"
        isolation = "process"
        deed = "none"
        {more}
        [[listener]]
        socket = "unix:s"
        filters = ["w"]
        """;

    private static async Task<Process> WorkerOfAsync(RunningHost host)
    {
        var children = (await File.ReadAllTextAsync($"/proc/{host.Id}/task/{host.Id}/children", TestContext.Current.CancellationToken)).Split(' ', StringSplitOptions.RemoveEmptyEntries).ToList();
        // The kernel lists children by the thread that made them.
        foreach (var thread in Directory.GetDirectories($"/proc/{host.Id}/task"))
            children.AddRange((await File.ReadAllTextAsync($"{thread}/children", TestContext.Current.CancellationToken)).Split(' ', StringSplitOptions.RemoveEmptyEntries));
        return Process.GetProcessById(int.Parse(Assert.Single(children.Distinct()), CultureInfo.InvariantCulture));
    }
}
