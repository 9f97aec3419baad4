using FilterHost.Hosting.Configuration;

namespace FilterHost.Hosting.Tests.Configuration;

public sealed class SettingsFileTests : IDisposable
{
    private const string Minimal = """
        [filter.verify]
        plugin = "DkimVerify"
        [[listener]]
        socket = "inet:8891@localhost"
        filters = ["verify"]
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_whole_file_is_bound()
    {
        var loaded = LoadGood("""
            authserv_id = "mx.example.com"
            log_level = "debug"
            body_memory = "2M"

            [service.dns]
            plugin = "DnsResolver"
            servers = ["127.0.0.1:53"]

            [filter.sign]
            plugin = "DkimSign"
            on_error = "skip"
            time_limit = "10s"
            resolver = "dns"
            canonicalization = "relaxed/simple"

            [[listener]]
            socket = "unix:run/x.sock"
            filters = ["sign"]

            [[listener]]
            socket = "inet:8892@localhost"
            filters = []
            internal = ["10.0.0.0/8"]
            """);
        Assert.Equal(("mx.example.com", new ByteSize(2 << 20)), (loaded.Host.AuthservId, loaded.Host.BodyMemory));
        Assert.Equal(["filter.sign", "service.dns"], loaded.Instances.Select(instance => instance.TableName));
        var sign = loaded.Instances[0];
        Assert.Equal(("sign", InstanceKind.Filter, "DkimSign", OnError.Skip, (TimeSpan?)TimeSpan.FromSeconds(10), "dns"), (sign.Name, sign.Kind, sign.Plugin, sign.Host.OnError, sign.Host.TimeLimit, sign.Host.Resolver));
        Assert.Equal("relaxed/simple", sign.Table.Text("canonicalization"));
        Assert.Equal(["unix:" + Path.Combine(_folder.Path, "run/x.sock"), "inet:8892@localhost"], loaded.Listeners.Select(listener => listener.Socket));
        Assert.Equal("10.0.0.0/8", Assert.Single(loaded.Listeners[1].Settings.Internal!).ToString());
    }

    [Fact]
    public void The_minimal_file_has_the_documented_defaults()
    {
        var loaded = LoadGood(Minimal);
        var (host, listener) = (loaded.Host, loaded.Listeners[0].Settings);
        Assert.Equal(["127.0.0.0/8", "::1/128"], host.Internal.Select(network => network.ToString()));
        Assert.Equal((8.0, 240.0, 5.0, 10.0), (host.CommandBudget.TotalSeconds, host.EndOfMessageBudget.TotalSeconds, host.ProgressInterval.TotalSeconds, host.StopDeadline.TotalSeconds));
        Assert.Equal((100, "1M", "256M", "1M", 10000, true), (host.DnsQuestions, host.BodyMemory.ToString(), host.BodyMemoryTotal.ToString(), host.MaximumHeaderSize.ToString(), host.MaximumHeaderFields, host.WarmUp));
        Assert.Equal(("0660", 1000, 2.0, "1025k", null), (listener.Mode, listener.MaximumConnections, listener.IdleTimeout.TotalHours, listener.MaximumFrame.ToString(), listener.CleanResults));
        Assert.Equal(OnError.Tempfail, loaded.Instances[0].Host.OnError);
    }

    [Theory]
    [InlineData("filters = [\"verfy\"]", "10:12: listener[1].filters[0]: there is no [filter.verfy]; did you mean 'verify'?")]
    [InlineData("filters = [\"spam\"]", "10:12: listener[1].filters[0]: there is no [filter.spam]; there are bad, verify")]
    [InlineData("filters = [\"verify\", \"verify\"]", "10:22: listener[1].filters[1]: the filter 'verify' is listed twice; for two passes with different settings write two tables")]
    [InlineData("filters = \"verify\"", "10:11: listener[1].filters: expected a list, each item a string, found a string")]
    [InlineData("", "8:3: listener[1].filters: missing; expected a list, each item a string")]
    [InlineData("filters = []\nmode = \"0660\"", "11:1: listener[1].mode: only a Unix socket has this key")]
    [InlineData("filters = []\nheader_position = 2", "11:19: listener[1].header_position: expected a whole number from 0 to 1, found 2")]
    [InlineData("filters = []\nreenter = true", "11:1: listener[1].reenter: unknown key; did you mean 'reentry'")]
    [InlineData("filters = []\ntrust_results_from = [\"a.example\"]", "11:1: listener[1].trust_results_from: `authserv_id` must be set")]
    [InlineData("filters = []\nauthserv_id = \"A.example\"\ntrust_results_from = [\"a.example\"]", "12:23: listener[1].trust_results_from[0]: this name is ours")]
    public void A_listener_is_checked(string lines, string problem) => AssertProblem(
        $"""
        [filter.verify]
        plugin = "DkimVerify"
        [filter.bad]
        plugin = "X"
        [[listener]]
        socket = "inet:1@localhost"
        filters = ["verify", "bad"]
        [[listener]]
        socket = "inet:2@localhost"
        {lines}
        """,
        problem);

    [Theory]
    [InlineData("inet:8891@0.0.0.0", "", "'inet:8891@0.0.0.0' can be reached from other machines, so `allow` must list the networks that may connect: allow = [\"192.0.2.10\"]")]
    [InlineData("inet:8891", "", "'inet:8891' can be reached from other machines, so `allow` must list the networks that may connect: allow = [\"192.0.2.10\"]")]
    [InlineData("inet6:8891@::", "", "'inet6:8891@::' can be reached from other machines, so `allow` must list the networks that may connect: allow = [\"192.0.2.10\"]")]
    [InlineData("inet:mx.example.com:8891", "", "'inet:mx.example.com:8891' can be reached from other machines, so `allow` must list the networks that may connect: allow = [\"192.0.2.10\"]")]
    [InlineData("inet:8891@192.0.2.1", "allow = []", "'inet:8891@192.0.2.1' can be reached from other machines, so `allow` must list the networks that may connect: allow = [\"192.0.2.10\"]")]
    [InlineData("tcp:8891", "", "expected inet:PORT@HOST, inet6:PORT@HOST, unix:PATH, local:PATH or systemd:NAME, found \"tcp:8891\"")]
    [InlineData("inet:65536@localhost", "", "expected inet:PORT@HOST, inet6:PORT@HOST, unix:PATH, local:PATH or systemd:NAME, found \"inet:65536@localhost\"")]
    [InlineData("inet:8891@::1", "", "expected inet:PORT@HOST, inet6:PORT@HOST, unix:PATH, local:PATH or systemd:NAME, found \"inet:8891@::1\"")]
    [InlineData("inet6:8891@127.0.0.1", "", "expected inet:PORT@HOST, inet6:PORT@HOST, unix:PATH, local:PATH or systemd:NAME, found \"inet6:8891@127.0.0.1\"")]
    [InlineData("unix:", "", "expected inet:PORT@HOST, inet6:PORT@HOST, unix:PATH, local:PATH or systemd:NAME, found \"unix:\"")]
    [InlineData("", "", "expected inet:PORT@HOST, inet6:PORT@HOST, unix:PATH, local:PATH or systemd:NAME, found \"\"")]
    public void A_socket_that_cannot_be_served_safely_stops_the_start(string socket, string more, string problem) =>
        Assert.Equal($"{_folder.Path}/f.toml:2:1: listener[0].socket: {problem}", Problems($"[[listener]]\nsocket = \"{socket}\"\nfilters = []\n{more}"));

    [Theory]
    [InlineData("inet:8891@localhost", "")]
    [InlineData("inet:8891@127.0.0.53", "")]
    [InlineData("inet6:8891@::1", "")]
    [InlineData("inet6:8891@[::1]", "")]
    [InlineData("inet:localhost:8891", "")]
    [InlineData("inet:8891", "allow = [\"192.0.2.0/24\"]")]
    [InlineData("unix:/run/x.sock", "mode = \"660\"\nowner = \"root\"\ngroup = \"0\"")]
    [InlineData("local:x.sock", "mode = \"0777\"")]
    public void A_socket_on_loopback_a_path_or_with_allow_is_good(string socket, string more) => LoadGood($"[[listener]]\nsocket = \"{socket}\"\nfilters = []\n{more}");

    [Theory]
    [InlineData("660x")]
    [InlineData("0880")]
    [InlineData("1777")]
    [InlineData("66")]
    [InlineData("")]
    public void A_mode_is_octal(string mode) =>
        Assert.Equal($"{_folder.Path}/f.toml:4:1: listener[0].mode: expected an octal file mode such as \"0660\", found \"{mode}\"", Problems($"[[listener]]\nsocket = \"unix:x\"\nfilters = []\nmode = \"{mode}\""));

    [Fact]
    public void Networks_of_a_unix_socket_are_refused() =>
        Assert.Equal($"{_folder.Path}/f.toml:4:1: listener[0].allow: a Unix socket has no networks; `mode`, `owner` and `group` say who may connect", Problems("[[listener]]\nsocket = \"unix:x\"\nfilters = []\nallow = [\"::1\"]"));

    [Theory]
    [InlineData("inet:1@localhost", "inet:1@LOCALHOST")]
    [InlineData("inet:1@localhost", "inet:localhost:1")]
    [InlineData("unix:x", "local:./x")]
    public void Two_listeners_on_one_socket_are_refused(string first, string second) =>
        Assert.Equal($"{_folder.Path}/f.toml:5:1: listener[1].socket: the socket is already that of the listener at {_folder.Path}/f.toml:2:1", Problems($"[[listener]]\nsocket = \"{first}\"\nfilters = []\n[[listener]]\nsocket = \"{second}\"\nfilters = []"));

    [Theory]
    [InlineData("[filter.\"a b\"]\nplugin = \"X\"", "6:9: filter.\"a b\": a name has at most 64 letters, digits, hyphens and underscores, and begins with a letter or digit")]
    [InlineData("[filter.\"../x\"]\nplugin = \"X\"", "6:9: filter.\"../x\": a name has at most 64 letters, digits, hyphens and underscores, and begins with a letter or digit")]
    [InlineData("[filter.x]", "6:9: filter.x.plugin: missing; expected a string")]
    [InlineData("[filter.x]\nplugin = 1", "7:10: filter.x.plugin: expected a string, found a whole number")]
    [InlineData("[filter.x]\nplugin = \"X\"\non_error = \"ignore\"", "8:12: filter.x.on_error: expected one of \"tempfail\", \"reject\", \"skip\", found \"ignore\"")]
    [InlineData("[service.x]\nplugin = \"X\"\non_error = \"skip\"", "8:1: service.x.on_error: only a filter has this key; a service is called by filters, whose own keys count")]
    [InlineData("[service.x]\nplugin = \"X\"\ntime_limit = \"1s\"", "8:1: service.x.time_limit: only a filter has this key; a service is called by filters, whose own keys count")]
    [InlineData("[service.dns]\nplugin = \"X\"\n[service.x]\nplugin = \"X\"\nresolver = \"dsn\"", "10:1: service.x.resolver: there is no [service.dsn]; did you mean 'dns'?")]
    [InlineData("[service.x]\nplugin = \"X\"\nkey_store = \"keys\"", "8:1: service.x.key_store: there is no [service.keys]; there are x")]
    [InlineData("[[service]]\nplugin = \"X\"", "6:3: service: expected tables [service.NAME], found a list")]
    [InlineData("[service]\nx = 1", "7:5: service.x: expected a table, found a whole number")]
    [InlineData("[listeners]\nx = 1", "6:2: listeners: unknown key; did you mean 'listener'?")]
    public void A_table_is_checked(string table, string problem) => AssertProblem(Minimal + "\n" + table, problem);

    [Theory]
    [InlineData("listener = 1", "1:1: listener: expected [[listener]], found a whole number; write two brackets, since there may be several")]
    [InlineData("[listener]\nsocket = \"x\"", "1:2: listener: expected [[listener]], found a table; write two brackets, since there may be several")]
    [InlineData("listener = [1]", "1:13: listener[0]: expected [[listener]], found a whole number")]
    [InlineData("", "1:1: there is no [[listener]]: the host would do nothing")]
    public void What_is_no_listener_is_told(string text, string problem) => Assert.Equal($"{_folder.Path}/f.toml:{problem}", Problems(text));

    [Fact]
    public void A_filter_that_no_listener_uses_is_a_warning()
    {
        var problems = new ProblemList();
        Assert.NotNull(SettingsFile.Load(_folder.Write("f.toml", Minimal + "\n[filter.x]\nplugin = \"X\""), problems));
        Assert.Equal($"{_folder.Path}/f.toml:6:9: filter.x: warning: no listener uses this filter", problems.ToString());
        Assert.False(problems.HasErrors);
    }

    [Fact]
    public void Problems_of_all_parts_come_at_once_and_the_good_parts_are_there()
    {
        var problems = new ProblemList();
        var loaded = SettingsFile.Load(_folder.Write("f.toml", "autserv_id = \"x\"\n" + Minimal + "\n[filter.x]\n[[listener]]\nsocket = 1\nfilters = []"), problems);
        Assert.Equal(["1:1", "7:9", "9:10"], problems.Ordered().Select(problem => $"{problem.Location!.Line}:{problem.Location.Column}"));
        Assert.Equal("verify", Assert.Single(loaded!.Instances).Name);
        Assert.Single(loaded.Listeners);
    }

    [Fact]
    public void Included_files_add_tables_listeners_and_keys_relative_to_themselves()
    {
        _folder.Write("conf.d/b.toml", "temp_directory = \"t\"\n[filter.b]\nplugin = \"B\"\n[[listener]]\nsocket = \"unix:b\"\nfilters = [\"b\"]");
        _folder.Write("conf.d/a.toml", "[filter.a]\nplugin = \"A\"");
        _folder.Write("conf.d/.hidden.toml", "nonsense");
        _folder.Write("conf.d/a.toml.bak", "nonsense");
        var loaded = LoadGood("include = [\"conf.d/*.toml\"]\n" + Minimal.Replace("\"verify\"]", "\"verify\", \"a\"]", StringComparison.Ordinal));
        Assert.Equal(["verify", "a", "b"], loaded.Instances.Select(instance => instance.Name));
        Assert.Equal(["inet:8891@localhost", $"unix:{_folder.Path}/conf.d/b"], loaded.Listeners.Select(listener => listener.Socket));
        Assert.Equal($"{_folder.Path}/conf.d/t", loaded.Host.TempDirectory.FullName);
        Assert.Equal(["f.toml", "a.toml", "b.toml"], loaded.Files.Select(Path.GetFileName));
    }

    [Theory]
    [InlineData("[filter.verify]\nplugin = \"X\"", "1:9: filter.verify: already set at {0}/f.toml:3:9")]
    [InlineData("log_level = \"debug\"", "1:1: log_level: already set at {0}/f.toml:2:1")]
    [InlineData("filter = 1", "1:1: filter: already set at {0}/f.toml:3:2")]
    public void The_same_table_or_key_in_two_files_is_an_error_naming_both_places(string included, string problem)
    {
        _folder.Write("more.toml", included);
        AssertLine("include = [\"more.toml\"]\nlog_level = \"trace\"\n" + Minimal, $"{_folder.Path}/more.toml:" + string.Format(null, problem, _folder.Path));
    }

    [Fact]
    public void Files_that_include_each_other_are_refused()
    {
        _folder.Write("more.toml", "include = [\"f.toml\"]");
        AssertLine("include = [\"more.toml\"]\n" + Minimal, $"{_folder.Path}/more.toml:1:12: include[0]: '{_folder.Path}/f.toml' is included twice");
    }

    [Fact]
    public void Includes_end_at_a_depth()
    {
        for (var i = 0; i < 20; i++)
            _folder.Write($"{i}.toml", $"include = [\"{i + 1}.toml\"]");
        AssertLine("include = [\"0.toml\"]\n" + Minimal, $"{_folder.Path}/7.toml:1:12: include[0]: files include each other deeper than 8");
    }

    [Theory]
    [InlineData("missing.toml", "'{0}/missing.toml' cannot be read: there is no such file")]
    [InlineData("no/*.toml", "the folder '{0}/no' cannot be read: there is no such folder")]
    [InlineData(".", "'{0}/.' cannot be read: it is a folder")]
    public void An_include_that_cannot_be_read_is_told_where_it_is_named(string include, string problem) =>
        AssertLine($"include = [\"{include}\"]\n" + Minimal, $"{_folder.Path}/f.toml:1:12: include[0]: " + string.Format(null, problem, _folder.Path));

    [Fact]
    public void A_file_that_is_missing_or_not_utf8_or_too_large_is_told()
    {
        var problems = new ProblemList();
        Assert.Null(SettingsFile.Load(Path.Combine(_folder.Path, "none.toml"), problems));
        Assert.Equal($"'{_folder.Path}/none.toml' cannot be read: there is no such file", problems.ToString());

        problems = new ProblemList();
        File.WriteAllBytes(Path.Combine(_folder.Path, "latin1.toml"), [.. "a = 1\nb = \""u8, 0xE4, .. "\""u8]);
        Assert.Null(SettingsFile.Load(Path.Combine(_folder.Path, "latin1.toml"), problems));
        Assert.Equal($"{_folder.Path}/latin1.toml:2:6: the file is not UTF-8 here", problems.ToString());

        problems = new ProblemList();
        Assert.Null(SettingsFile.Load(_folder.Write("large.toml", new string('#', (4 << 20) + 1)), problems));
        Assert.Equal($"'{_folder.Path}/large.toml' is larger than 4M", problems.ToString());
    }

    [Fact]
    public void A_byte_order_mark_and_carriage_returns_do_no_harm() => LoadGood("\uFEFF" + Minimal.Replace("\n", "\r\n", StringComparison.Ordinal));

    [Fact]
    public void The_repositorys_own_file_is_good()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "FilterHost.sln")))
            folder = folder.Parent;
        var problems = new ProblemList();
        Assert.NotNull(SettingsFile.Load(Path.Combine(folder!.FullName, "filterhost.toml"), problems));
        Assert.Equal("", problems.ToString());
    }

    [Fact]
    public void The_given_file_is_taken_even_where_it_does_not_exist() => Assert.Equal("/no/such", SettingsFile.Find("/no/such"));

    [Fact]
    public void The_usual_places_are_the_working_folder_and_then_etc() => Assert.Equal(["./filterhost.toml", "/etc/filterhost/filterhost.toml"], SettingsFile.UsualPlaces);

    [Fact]
    public void The_standard_folders_are_those_of_systemd_else_the_users_own()
    {
        string? Systemd(string name) => name switch { "STATE_DIRECTORY" => "/var/lib/filterhost:/var/lib/other", "RUNTIME_DIRECTORY" => "/run/filterhost", "HOME" => "/home/x", _ => null };
        string? User(string name) => name switch { "XDG_STATE_HOME" => "/s", "XDG_RUNTIME_DIR" => "/run/user/1", _ => null };
        string? Bare(string name) => name == "HOME" ? "/home/x" : "";
        Assert.Equal(("/var/lib/filterhost", "/run/filterhost"), (StandardDirectories.State(Systemd).FullName, StandardDirectories.Temporary(Systemd).FullName));
        Assert.Equal(("/s/filterhost", "/run/user/1/filterhost"), (StandardDirectories.State(User).FullName, StandardDirectories.Temporary(User).FullName));
        Assert.Equal(("/home/x/.local/state/filterhost", "/home/x/.local/state/filterhost/temporary"), (StandardDirectories.State(Bare).FullName, StandardDirectories.Temporary(Bare).FullName));
    }

    private LoadedSettings LoadGood(string text)
    {
        var problems = new ProblemList();
        var loaded = SettingsFile.Load(_folder.Write("f.toml", text), problems);
        Assert.Equal("", problems.ToString());
        return loaded!;
    }

    private string Problems(string text)
    {
        var problems = new ProblemList();
        SettingsFile.Load(_folder.Write("f.toml", text), problems);
        Assert.True(problems.HasErrors);
        return problems.ToString();
    }

    private void AssertProblem(string text, string problem) => AssertLine(text, $"{_folder.Path}/f.toml:{problem}");

    private void AssertLine(string text, string line) => Assert.Contains(Problems(text).Split('\n'), found => found.StartsWith(line, StringComparison.Ordinal));
}
