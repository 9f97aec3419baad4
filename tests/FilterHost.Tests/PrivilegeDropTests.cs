using System.Globalization;

namespace FilterHost.Tests;

/// <summary>A host that root starts and that another user runs.</summary>
public sealed class PrivilegeDropTests : IDisposable
{
    private const string AsNobody = "user = \"nobody\"\n";

    private readonly Workplace _place = new Workplace().Open();

    public PrivilegeDropTests() => _place.Environment["STATE_DIRECTORY"] = State;

    private string State => Path.Combine(_place.Folder, "state");

    private string Socket => Path.Combine(_place.Folder, "s");

    public void Dispose() => _place.Dispose();

    [Fact]
    public async Task Every_thread_has_the_ids_and_groups_of_the_user_and_no_capability()
    {
        Unix.NeedsRoot();
        await using var host = await _place.With("user = \"nobody\"\ngroup = \"mail\"\n" + Samples.Nothing).ListenAsync();
        var threads = Directory.GetDirectories(string.Create(CultureInfo.InvariantCulture, $"/proc/{host.Id}/task"));
        Assert.True(threads.Length > 5);
        var (user, group) = (await Unix.RunAsync("/usr/bin/id", "-u", "nobody"), await Unix.RunAsync("/usr/bin/stat", "-c", "%g", Socket));
        var others = (await Unix.RunAsync("/usr/bin/id", "-G", "nobody")).Split(' ').Append(group).Distinct().Order(StringComparer.Ordinal);
        foreach (var thread in threads)
        {
            var status = File.ReadAllLines(Path.Combine(thread, "status")).Select(line => line.Split(':', 2)).ToDictionary(line => line[0], line => line[1].Trim());
            Assert.Equal(string.Join('\t', Enumerable.Repeat(user, 4)), status["Uid"]);
            Assert.Equal(string.Join('\t', Enumerable.Repeat(group, 4)), status["Gid"]);
            Assert.Equal(others, status["Groups"].Split(' ').Order(StringComparer.Ordinal));
            Assert.All(new[] { "CapPrm", "CapEff", "CapAmb" }, kind => Assert.Equal("0000000000000000", status[kind]));
        }
    }

    [Fact]
    public async Task The_socket_is_made_where_only_root_may_and_is_the_users()
    {
        Unix.NeedsRoot();
        await using var host = await _place.With(AsNobody + Samples.Nothing).ListenAsync();
        Assert.Equal("nobody:nogroup 660", await Unix.StatusAsync(Socket));
        Assert.Equal(0, (await host.StopAsync()).Code);
    }

    [Fact]
    public async Task The_group_of_a_listener_may_be_one_that_the_user_is_not_in()
    {
        Unix.NeedsRoot();
        await using var host = await _place.With(AsNobody + Samples.Nothing + "group = \"mail\"\nmode = \"0770\"\n").ListenAsync();
        Assert.Equal("nobody:mail 770", await Unix.StatusAsync(Socket));
    }

    [Fact]
    public async Task A_socket_in_a_folder_with_the_set_group_bit_gets_the_folders_group()
    {
        Unix.NeedsRoot();
        var folder = Directory.CreateDirectory(Path.Combine(_place.Folder, "spool")).FullName;
        await Unix.GiveAsync("root:mail", folder);
        await Unix.RunAsync("/bin/chmod", "2755", folder);
        await using var host = await _place.With(AsNobody + "[[listener]]\nsocket = \"unix:spool/s\"\nfilters = []\n").ListenAsync();
        Assert.Equal("nobody:mail 660", await Unix.StatusAsync(Path.Combine(folder, "s")));
    }

    [Fact]
    public async Task A_socket_that_the_dead_host_left_in_a_folder_of_root_is_replaced_and_a_live_one_refused()
    {
        Unix.NeedsRoot();
        _place.With(AsNobody + Samples.Nothing);
        await using (var first = await _place.ListenAsync())
            await first.KillAsync();
        Assert.True(File.Exists(Socket));
        await using var second = await _place.ListenAsync();
        (await _place.RunAsync("run")).Expect(75).HasProblemInLog(Socket, "address in use");
        Assert.Equal(0, (await second.StopAsync()).Code);
    }

    [Fact]
    public async Task The_state_directory_is_made_for_the_user_and_plugins_are_loaded_as_him()
    {
        Unix.NeedsRoot();
        await GiveKeyAsync("nobody");
        await using var host = await _place.ListenAsync();
        Assert.Equal("nobody:nogroup 700", await Unix.StatusAsync(State));
        Assert.Equal("nobody:nogroup 700", await Unix.StatusAsync(Assert.Single(Directory.GetDirectories(Path.Combine(State, "plugins", "FileKeyStore")))));
    }

    [Fact]
    public async Task The_temporary_folder_lies_in_the_state_directory_that_is_named_and_never_in_roots_home()
    {
        Unix.NeedsRoot();
        _place.Environment["STATE_DIRECTORY"] = "";
        _place.Environment["RUNTIME_DIRECTORY"] = "";
        await using var host = await _place.With("state_directory = \"own\"\n" + AsNobody + Samples.Nothing).ListenAsync();
        Assert.Equal("nobody:nogroup 700", await Unix.StatusAsync(Path.Combine(_place.Folder, "own")));
    }

    [Fact]
    public async Task A_state_directory_of_root_stops_the_start_with_owner_and_remedy()
    {
        Unix.NeedsRoot();
        Directory.CreateDirectory(State);
        (await _place.With(AsNobody + Samples.Nothing).RunAsync("run")).Expect(78).HasProblem("state_directory", State, "belongs to user 0", "install -d -m 0700 -o 65534");
    }

    [Fact]
    public async Task A_key_of_root_stops_run_and_check_although_root_asks()
    {
        Unix.NeedsRoot();
        var key = await GiveKeyAsync("root");
        foreach (var command in new[] { new[] { "run" }, ["check", "--no-dns"] })
            (await _place.RunAsync(command)).Expect(78).HasProblem(key, "cannot be read by this program's user 65534", "mode 0600, owner 0", $"chown 65534 {key}");
    }

    [Fact]
    public async Task A_key_of_the_user_is_good_for_run_and_for_check_by_root()
    {
        Unix.NeedsRoot();
        await GiveKeyAsync("nobody");
        (await _place.RunAsync("check", "--no-dns", "--mta-user", "root")).Expect(0);
        await using var host = await _place.ListenAsync();
        Assert.Equal(0, (await host.StopAsync()).Code);
    }

    [Fact]
    public async Task A_key_of_the_user_that_others_can_read_stops_the_start()
    {
        Unix.NeedsRoot();
        var key = await GiveKeyAsync("nobody");
        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.GroupRead);
        (await _place.RunAsync("run")).Expect(78).HasProblem(key, "mode 0440", $"chmod 600 {key}");
    }

    [Fact]
    public async Task A_user_that_is_not_there_is_an_error_in_its_place_and_no_plugin_is_loaded()
    {
        Unix.NeedsRoot();
        _place.With("user = \"nobody-of-that-name\"\n" + Samples.Signer());
        (await _place.RunAsync("run")).Expect(78).HasProblem($"{_place.Settings}:1:1: user: there is no user 'nobody-of-that-name'");
        Assert.False(Directory.Exists(State));
    }

    [Fact]
    public async Task No_plugin_is_loaded_as_root_where_the_keys_of_the_host_have_an_error()
    {
        Unix.NeedsRoot();
        _place.With(AsNobody + "stop_deadline = 1\n" + Samples.Signer());
        (await _place.RunAsync("run")).Expect(78).HasProblem("stop_deadline");
        Assert.False(Directory.Exists(State));
    }

    [Fact]
    public async Task A_number_without_an_account_needs_a_group()
    {
        Unix.NeedsRoot();
        (await _place.With("user = \"54321\"\n" + Samples.Nothing).RunAsync("run")).Expect(78).HasProblem("user: user 54321 has no account", "`group`");
        await using var host = await _place.With("user = \"54321\"\ngroup = \"54322\"\n" + Samples.Nothing).ListenAsync();
        Assert.Equal("UNKNOWN:UNKNOWN 660", await Unix.StatusAsync(Socket));
    }

    [Fact]
    public async Task A_host_that_another_user_starts_refuses_to_be_a_third()
    {
        Unix.NeedsRoot();
        (await _place.With("user = \"mail\"\n" + Samples.Nothing).RunAsNobodyAsync("run")).Expect(78).HasProblem(":1:1: user: ", "was started as user 65534", "start it as root or as mail");
    }

    [Fact]
    public async Task A_host_that_its_own_user_starts_runs()
    {
        Unix.NeedsRoot();
        (await _place.With(AsNobody + Samples.Nothing).RunAsNobodyAsync("check", "--mta-user", "root")).Expect(0);
    }

    [Fact]
    public async Task A_plain_user_cannot_give_a_socket_to_a_group_that_he_is_not_in()
    {
        Unix.NeedsRoot();
        _place.With("[[listener]]\nsocket = \"unix:state/s\"\nfilters = []\ngroup = \"mail\"\n");
        (await _place.RunAsNobodyAsync("run")).Expect(78).HasProblemInLog("cannot set owner - and group mail");
    }

    [Fact]
    public async Task A_plain_user_gives_his_socket_to_a_group_that_he_is_in_replaces_a_stale_one_and_refuses_a_live_one()
    {
        Unix.NeedsRoot();
        _place.With("[[listener]]\nsocket = \"unix:own/s\"\nfilters = []\ngroup = \"mail\"\n");
        File.SetUnixFileMode(_place.Settings, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        var socket = Path.Combine(Directory.CreateDirectory(Path.Combine(_place.Folder, "own")).FullName, "s");
        await Unix.GiveAsync("nobody", Path.GetDirectoryName(socket)!);
        string[] command = ["--reuid=nobody", "--regid=nogroup", "--groups=mail", Workplace.Program, "run", "--config", _place.Settings];
        await using (var first = await RunningHost.WaitAsync(_place.Launch("/usr/bin/setpriv", command)))
            await first.KillAsync();
        Assert.Equal("nobody:mail 660", await Unix.StatusAsync(socket));
        await using var second = await RunningHost.WaitAsync(_place.Launch("/usr/bin/setpriv", command));
        Assert.Equal("nobody:mail 660", await Unix.StatusAsync(socket));
        using var third = _place.Launch("/usr/bin/setpriv", command);
        Assert.Contains("address in use", await third.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        await third.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(75, third.ExitCode);
        Assert.Equal(0, (await second.StopAsync()).Code);
        Assert.False(File.Exists(socket));
    }

    [Fact]
    public async Task A_host_that_stays_root_is_warned_of()
    {
        Unix.NeedsRoot();
        await using var host = await _place.With(Samples.Nothing).ListenAsync();
        Assert.Contains("warning: the host runs as root", host.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_umask_of_the_settings_is_that_of_the_process()
    {
        await using var host = await _place.With("umask = \"0137\"\n" + Samples.Nothing).ListenAsync();
        Assert.Contains("Umask:\t0137\n", await File.ReadAllTextAsync(string.Create(CultureInfo.InvariantCulture, $"/proc/{host.Id}/status"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_pid_file_is_there_while_the_host_runs_for_all_to_read_whatever_the_umask()
    {
        await using var host = await _place.With("umask = \"0077\"\npid_file = \"pid\"\n" + Samples.Nothing).ListenAsync();
        var file = Path.Combine(_place.Folder, "pid");
        Assert.Equal(string.Create(CultureInfo.InvariantCulture, $"{host.Id}\n"), await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
        Assert.EndsWith(" 644", await Unix.StatusAsync(file), StringComparison.Ordinal);
        Assert.Equal(0, (await host.StopAsync()).Code);
        Assert.False(File.Exists(file));
    }

    [Fact]
    public async Task The_pid_file_takes_the_place_of_a_link_and_is_not_written_through_it()
    {
        var victim = _place.Write("victim", "as it was");
        File.CreateSymbolicLink(Path.Combine(_place.Folder, "pid"), victim);
        await using var host = await _place.With("pid_file = \"pid\"\n" + Samples.Nothing).ListenAsync();
        Assert.Equal("as it was", await File.ReadAllTextAsync(victim, TestContext.Current.CancellationToken));
    }

    /// <summary>Settings of a host as nobody that signs with a key, which has that owner and mode 0600.</summary>
    private async Task<string> GiveKeyAsync(string owner)
    {
        _place.With(AsNobody + Samples.Signer("[[service.keys.keys]]\ndomain = \"example.com\"\nselector = \"s\"\nfile = \"s.pem\"\n"));
        var key = _place.Write("s.pem", Samples.RsaPem);
        await Unix.GiveAsync(owner, key);
        return key;
    }
}
