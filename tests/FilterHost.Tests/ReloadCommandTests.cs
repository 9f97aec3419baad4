using System.Diagnostics;
using System.Globalization;

namespace FilterHost.Tests;

/// <summary>A reload, as an administrator asks for it.</summary>
public sealed class ReloadCommandTests : IDisposable
{
    private readonly Workplace _place = new();

    // Each host has a state of its own here, and in it its control socket.
    public ReloadCommandTests() => _place.Environment["STATE_DIRECTORY"] = Path.Combine(_place.Folder, "state");

    private string Control => Path.Combine(_place.Folder, "state", "control.sock");

    public void Dispose() => _place.Dispose();

    [Fact]
    public async Task It_says_what_has_changed_and_what_waits_for_the_next_start()
    {
        await using var host = await _place.With(Samples.Nothing).ListenAsync();
        Assert.Equal("reloaded: nothing has changed\n", (await _place.RunAsync("reload")).Expect(0).Output);
        _place.With("stop_deadline = \"7s\"\nsyslog_name = \"other\"\n" + Listener("s", "maximum_connections = 7") + Listener("t"));
        Assert.Equal(
            $"""
            stop_deadline changed
            listener unix:{_place.Folder}/s: maximum_connections changed
            listener unix:{_place.Folder}/t: new
            syslog_name: takes effect at the next start

            """,
            (await _place.RunAsync("reload")).Expect(0).Output);
        Assert.True(File.Exists(Path.Combine(_place.Folder, "t")));
        _place.With("stop_deadline = \"7s\"\n" + Listener("t"));
        Assert.Contains($"listener unix:{_place.Folder}/s: closed", (await _place.RunAsync("reload")).Expect(0).Output, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_place.Folder, "s")));
        Assert.Contains("reloaded: ", host.Log, StringComparison.Ordinal);
        Assert.Equal(0, (await host.StopAsync()).Code);
    }

    [Fact]
    public async Task What_is_wrong_is_said_with_its_place_and_nothing_changes()
    {
        await using var host = await _place.With(Samples.Nothing).ListenAsync();
        _place.With(Listener("s") + Listener("t") + "[filter.x]\nplugin = \"DkimVerifi\"\n");
        var ended = (await _place.RunAsync("reload")).Expect(78);
        ended.HasProblem($"{_place.Settings}:", ":10:1: filter.x.plugin", "there is no plugin 'DkimVerifi'", "DkimVerify");
        Assert.Contains("the settings before stay in force", ended.Errors, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_place.Folder, "t")));
        _place.With("[[listener]\n");
        (await _place.RunAsync("reload")).Expect(78);
        _place.With(Samples.Nothing);
        Assert.Equal("reloaded: nothing has changed\n", (await _place.RunAsync("reload")).Expect(0).Output);
    }

    [Fact]
    public async Task A_socket_that_another_process_has_refuses_the_reload_and_the_others_of_it_are_closed_again()
    {
        using var other = new Workplace();
        await using var owner = await other.With(Samples.Nothing).ListenAsync();
        await using var host = await _place.With(Samples.Nothing).ListenAsync();
        _place.With(Listener("s") + Listener("t") + $"[[listener]]\nsocket = \"unix:{other.Folder}/s\"\nfilters = []\n");
        (await _place.RunAsync("reload")).Expect(78).HasProblem($"{_place.Settings}:", "listener[2].socket", "address in use");
        Assert.False(File.Exists(Path.Combine(_place.Folder, "t")));
    }

    [Fact]
    public async Task The_report_can_be_had_as_json()
    {
        await using var host = await _place.With(Samples.Nothing).ListenAsync();
        _place.With("dns_questions = 7\n" + Samples.Nothing);
        using var report = (await _place.RunAsync("reload", "--json")).Expect(0).ReadJson();
        Assert.True(report.RootElement.GetProperty("applied").GetBoolean());
        Assert.Equal("dns_questions changed", Assert.Single(report.RootElement.GetProperty("changes").EnumerateArray()).GetString());
        Assert.Empty(report.RootElement.GetProperty("problems").EnumerateArray());
    }

    [Fact]
    public async Task Without_a_host_the_command_says_where_it_looked()
    {
        (await _place.With(Samples.Nothing).RunAsync("reload")).Expect(75).HasProblem("no host answers at", $"{Control}: there is no such socket");
        _place.With("control_socket = \"elsewhere\"\n" + Samples.Nothing);
        (await _place.RunAsync("reload")).Expect(75).HasProblem(Path.Combine(_place.Folder, "elsewhere"));
    }

    [Fact]
    public async Task A_hang_up_signal_reloads_and_the_log_has_the_report()
    {
        await using var host = await _place.With(Samples.Nothing).ListenAsync();
        _place.With("[filter.x]\nplugin = \"DkimVerifi\"\n" + Samples.Nothing);
        await SignalAsync(host, "HUP");
        await UntilAsync(() => host.Log.Contains("reload refused", StringComparison.Ordinal));
        Assert.Contains("there is no plugin 'DkimVerifi'", host.Log, StringComparison.Ordinal);
        _place.With("log_level = \"debug\"\n" + Samples.Nothing);
        await SignalAsync(host, "HUP");
        await UntilAsync(() => host.Log.Contains("reloaded: log_level changed", StringComparison.Ordinal));
        await SignalAsync(host, "USR1");
        await UntilAsync(() => host.Log.Contains("reloaded: nothing has changed", StringComparison.Ordinal));
        Assert.Equal(0, (await host.StopAsync()).Code);
    }

    [Fact]
    public async Task Nobody_but_the_hosts_user_may_reload()
    {
        Unix.NeedsRoot();
        await using var host = await _place.With(Samples.Nothing).ListenAsync();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Control));
        var state = _place.Environment["STATE_DIRECTORY"];
        await Unix.RunAsync("/bin/chmod", "755", state);
        var ended = await _place.RunAsNobodyAsync("reload");
        ended.Expect(75);
        _place.Environment["STATE_DIRECTORY"] = state;
        Assert.Equal("reloaded: nothing has changed\n", (await _place.RunAsync("reload")).Expect(0).Output);
    }

    [Fact]
    public async Task A_host_that_gave_up_root_reloads_as_its_user()
    {
        Unix.NeedsRoot();
        _place.Open();
        File.SetUnixFileMode(_place.With("user = \"nobody\"\n" + Listener("s")).Settings, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        await using var host = await _place.ListenAsync();
        // The folder is root's, so that no socket can be added now; a filter can.
        var verify = "[filter.v]\nplugin = \"DkimVerify\"\n[service.dns]\nplugin = \"DnsResolver\"\n";
        await ChangeAsync("user = \"nobody\"\n" + verify + Listener("s").Replace("[]", "[\"v\"]", StringComparison.Ordinal));
        var output = (await _place.RunAsync("reload")).Expect(0).Output;
        Assert.Contains("filter.v: new\n", output, StringComparison.Ordinal);
        await ChangeAsync("user = \"nobody\"\n" + verify + Listener("s") + Listener("t"));
        (await _place.RunAsync("reload")).Expect(78).HasProblem("listener[1].socket", "cannot listen");
        await ChangeAsync("user = \"daemon\"\n" + verify + Listener("s").Replace("[]", "[\"v\"]", StringComparison.Ordinal));
        Assert.Equal("user: takes effect at the next start\n", (await _place.RunAsync("reload")).Expect(0).Output);
        Assert.Equal(0, (await host.StopAsync()).Code);

        // Written in place, so that its mode stays.
        Task ChangeAsync(string settings) => File.WriteAllTextAsync(_place.Settings, settings, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task The_service_manager_hears_of_a_reload()
    {
        var path = Path.Combine(_place.Folder, "notify");
        using var manager = new NotifySocket(path);
        _place.Environment["NOTIFY_SOCKET"] = path;
        await using var host = await _place.With(Samples.Nothing).ListenAsync();
        Assert.StartsWith("READY=1\n", await manager.ReceiveAsync(), StringComparison.Ordinal);
        _place.With(Listener("s") + Listener("t"));
        (await _place.RunAsync("reload")).Expect(0);
        Assert.Matches("^RELOADING=1\nMONOTONIC_USEC=[1-9][0-9]+$", await manager.ReceiveAsync());
        Assert.Equal($"READY=1\nSTATUS=listening on unix:{_place.Folder}/s, unix:{_place.Folder}/t", await manager.ReceiveAsync());
    }

    private static string Listener(string socket, string more = "") => $"[[listener]]\nsocket = \"unix:{socket}\"\nfilters = []\n{more}\n";

    private static async Task SignalAsync(RunningHost host, string signal)
    {
        using var kill = Process.Start("/bin/kill", [$"-{signal}", host.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        var clock = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(clock.Elapsed < Workplace.Patience);
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }
}
