namespace FilterHost.Tests;

public sealed class PostfixCommandTests
{
    private const string Verifies = "publishes = [\"dkim\"]";
    private const string Signs = "signs = true";
    private const string Quarantines = "quarantines = true";

    [Theory]
    [InlineData("inet:8891@localhost", "inet:127.0.0.1:8891")]
    [InlineData("inet:8891@127.0.0.2", "inet:127.0.0.2:8891")]
    [InlineData("inet6:8891@localhost", "inet:[::1]:8891")]
    [InlineData("inet6:8891@::1", "inet:[::1]:8891")]
    [InlineData("inet:8891@0.0.0.0", "inet:127.0.0.1:8891", "# Note: inet:8891@0.0.0.0 listens at every address")]
    [InlineData("inet:8891@mail.example.com", "inet:mail.example.com:8891")]
    [InlineData("unix:/run/filterhost/dkim.sock", "unix:/run/filterhost/dkim.sock", "# Note: /run/filterhost/dkim.sock: where smtpd or cleanup runs in a chroot")]
    [InlineData("unix:/var/spool/postfix/filterhost/dkim.sock", "unix:filterhost/dkim.sock")]
    public async Task Without_Postfix_the_lines_suit_its_defaults_and_fail_closed(string socket, string milter, string? remark = null)
    {
        var allow = socket.StartsWith("inet", StringComparison.Ordinal) ? "allow = [\"192.0.2.1\"]\n" : "";
        using var place = new Workplace().With($"[[listener]]\nsocket = \"{socket}\"\n{allow}filters = []\n");
        var lines = (await place.RunAsync("postfix")).Expect(0).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.StartsWith("# Postfix was not found (", lines[0], StringComparison.Ordinal);
        Assert.Equal([$"smtpd_milters = {milter}", $"non_smtpd_milters = {milter}", "milter_default_action = tempfail", "milter_protocol = 6"], lines.Where(line => !line.StartsWith('#')));
        var remarks = lines.Where(line => line.StartsWith("# Note: ", StringComparison.Ordinal)).ToArray();
        if (remark is null)
            Assert.Empty(remarks);
        else
            Assert.StartsWith(remark, Assert.Single(remarks), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settings_that_are_wrong_give_no_lines()
    {
        using var place = new Workplace().With("[[listener]]\nsocket = \"inet:1@localhost\"\nfilters = [\"none\"]\n");
        Assert.Equal("", (await place.RunAsync("postfix")).Expect(78).Output);
    }

    [Fact]
    public async Task Several_listeners_are_one_chain_in_the_order_of_the_file()
    {
        using var place = new Workplace().With("[[listener]]\nsocket = \"inet:1@localhost\"\nfilters = []\n[[listener]]\nsocket = \"inet:2@localhost\"\nfilters = []\n");
        Assert.Contains("\nsmtpd_milters = inet:127.0.0.1:1, inet:127.0.0.1:2\n", (await place.RunAsync("postfix")).Expect(0).Output, StringComparison.Ordinal);
    }

    [Theory]
    // Nothing of others.
    [InlineData("", "v, s", Verifies, Signs)]
    // Verify before others, sign and quarantine behind them, and nothing overtakes.
    [InlineData("o", "o, v", Signs)]
    [InlineData("o", "o, v", Quarantines)]
    [InlineData("o", "v, o", Verifies)]
    [InlineData("o p", "v, o, p, s", Verifies, Signs)]
    [InlineData("o, p", "o, p, v, s", Signs, Verifies)]
    // As the administrator has arranged it.
    [InlineData("o, v, p", "o, v, p", Verifies)]
    [InlineData("v, o", "v, o", Signs)]
    [InlineData("v, s, o", "v, s, o", Verifies, Signs)]
    // But not where another misses what is quarantined, or where the order is not that of the settings.
    [InlineData("v, o", "o, v", Quarantines)]
    [InlineData("s, o, v", "v, o, s", Verifies, Signs)]
    [InlineData("v, v, o", "v, o", Verifies)]
    [InlineData("v, o", "v, o, s", Verifies, Signs)]
    public async Task Milters_of_others_are_kept_and_ours_are_placed_by_what_they_do(string present, string wanted, params string[] traits)
    {
        using var place = new Workplace().WithListeners([.. traits.Select((text, index) => ($"inet:{index + 1}@localhost", text))]).WithPostfix($"smtpd_milters = {Spell(present)}\nnon_smtpd_milters = $smtpd_milters");
        var output = (await place.RunAsync("postfix")).Expect(0).Output;
        Assert.Contains($"\nsmtpd_milters = {Spell(wanted)}\nnon_smtpd_milters = {Spell(wanted)}\n", WithoutComments(output), StringComparison.Ordinal);
        Assert.Equal(present.Contains('o', StringComparison.Ordinal), output.Contains("# Note: milters that are not of these settings stay: inet:other:1", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("", "{ inet:127.0.0.1:1, default_action=accept }")]
    // Behind the daemons that do the work.
    [InlineData("inet:other:1", "inet:other:1, { inet:127.0.0.1:1, default_action=accept }")]
    [InlineData("inet:other:1, inet:127.0.0.1:1", "inet:other:1, { inet:127.0.0.1:1, default_action=accept }")]
    [InlineData("inet:other:1, { inet:127.0.0.1:1, default_action=tempfail }", "inet:other:1, { inet:127.0.0.1:1, default_action=accept }")]
    [InlineData("{ inet:localhost:1, { default_action = accept } }", "{ inet:localhost:1, { default_action = accept } }")]
    public async Task Mail_does_not_wait_for_a_listener_that_only_observes(string present, string wanted)
    {
        using var place = new Workplace().WithListeners(("inet:1@localhost\"\nobserve = true\n#", Verifies)).WithPostfix($"smtpd_milters = {present}\nnon_smtpd_milters = $smtpd_milters");
        var output = (await place.RunAsync("postfix")).Expect(0).Output;
        Assert.Contains("default_action=accept stands with those that only observe", output, StringComparison.Ordinal);
        Assert.Equal($"smtpd_milters = {wanted}\nnon_smtpd_milters = {wanted}\nmilter_protocol = 6", WithoutComments(output).Trim());
    }

    [Fact]
    public async Task Beside_an_observer_the_others_fail_closed()
    {
        using var place = new Workplace().WithListeners(("inet:1@localhost\"\nobserve = true\n#", Verifies), ("inet:2@localhost", Signs)).WithPostfix("");
        Assert.Contains("\nsmtpd_milters = { inet:127.0.0.1:1, default_action=accept }, inet:127.0.0.1:2\n", WithoutComments((await place.RunAsync("postfix")).Expect(0).Output), StringComparison.Ordinal);
        Assert.Contains("\nmilter_default_action = tempfail\n", (await place.RunAsync("postfix")).Expect(0).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_milter_in_braces_keeps_its_attributes_but_those_that_harm()
    {
        using var place = new Workplace().WithListeners(("inet:1@localhost", Signs), ("inet:2@localhost", Signs)).WithPostfix(
            "smtpd_milters = { inet:other:1, default_action=accept }, { inet:localhost:1, { default_action = accept }, connect_timeout=40s, command_timeout=5s,\n  content_timeout=1m, protocol=4 } { inet:127.0.0.1:2, command_timeout=1h }");
        Assert.Contains("\nsmtpd_milters = { inet:other:1, default_action=accept }, { inet:localhost:1, connect_timeout=40s, default_action=tempfail, protocol=6, command_timeout=10s, content_timeout=300s }, { inet:127.0.0.1:2, command_timeout=1h }\n",
            (await place.RunAsync("postfix")).Expect(0).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("milter_command_timeout = 9s", "milter_command_timeout = 10s")]
    [InlineData("milter_command_timeout = 10", "")]
    [InlineData("milter_connect_timeout = 1\nmilter_content_timeout = 4m", "milter_connect_timeout = 10s, milter_content_timeout = 300s")]
    [InlineData("milter_content_timeout = 1h", "")]
    [InlineData("", "milter_connect_timeout = 38s, milter_command_timeout = 38s, milter_content_timeout = 750s", "command_budget = \"30s\"\nend_of_message_budget = \"10m\"\n")]
    [InlineData("milter_content_timeout = 2h", "milter_connect_timeout = 38s, milter_command_timeout = 38s", "command_budget = \"30s\"\nend_of_message_budget = \"10m\"\n")]
    public async Task Times_have_lines_where_they_are_too_short_for_the_budgets(string main, string lines, string budgets = "")
    {
        using var place = new Workplace().With(budgets + Samples.Nothing).WithPostfix(main);
        var output = (await place.RunAsync("postfix")).Expect(0).Output;
        Assert.Equal(lines, string.Join(", ", output.Split('\n').Where(line => line.StartsWith("milter_", StringComparison.Ordinal) && line.Contains("_timeout", StringComparison.Ordinal))));
        Assert.Equal(3, lines.Split("_timeout").Length - 1 + output.Split(" is long enough for ").Length - 1);
    }

    [Fact]
    public async Task What_is_right_is_said_to_be_right()
    {
        using var place = new Workplace().With(Samples.Nothing).WithPostfix("smtpd_milters = inet:1.2.3.4:5\nmilter_default_action = accept\nmilter_protocol = 6");
        place.With(Samples.Nothing.Replace("unix:s", "inet:5@1.2.3.4\"\nallow = [\"1.2.3.4\"]#", StringComparison.Ordinal));
        var lines = (await place.RunAsync("postfix")).Expect(0).Output.Split('\n');
        Assert.StartsWith("# Right already. ", Before("smtpd_milters"), StringComparison.Ordinal);
        Assert.StartsWith("# The same for mail by sendmail(1)", Before("non_smtpd_milters"), StringComparison.Ordinal);
        Assert.StartsWith("# With the host away mail waits", Before("milter_default_action"), StringComparison.Ordinal);
        Assert.StartsWith("# Right already. ", Before("milter_protocol"), StringComparison.Ordinal);

        string Before(string parameter) => lines[Array.FindIndex(lines, line => line.StartsWith($"{parameter} = ", StringComparison.Ordinal)) - 1];
    }

    [Theory]
    // Chrooted, or outside: the same name is right in both.
    [InlineData("smtp inet n - y - - smtpd\ncleanup unix n - n - 0 cleanup\n", "{q}/filterhost/s", "unix:filterhost/s", null)]
    [InlineData("smtp inet n - n - - smtpd\ncleanup unix n - n - 0 cleanup\n", "/run/x/s", "unix:/run/x/s", null)]
    [InlineData("smtp inet n - y - - smtpd\ncleanup unix n - n - 0 cleanup\nsubmission inet n - n - - smtpd\n", "/run/x/s", "unix:/run/x/s", "smtp (smtpd), which run", "socket = \"unix:{q}/filterhost/s\"", "postconf -F smtp/inet/chroot=n")]
    [InlineData("smtp inet n - n - - smtpd\ncleanup unix n - y - 0 cleanup\n", "/run/x/s", "unix:/run/x/s", "cleanup (cleanup), which run", "postconf -F cleanup/unix/chroot=n")]
    // A service that calls no milters may see what it likes.
    [InlineData("smtp inet n - n - - smtpd\n127.0.0.1:26 inet n - y - - smtpd -o receive_override_options=no_milters\n", "/run/x/s", "unix:/run/x/s", null)]
    public async Task A_socket_is_named_as_smtpd_and_cleanup_see_it(string master, string path, string milter, string? remark, params string[] further)
    {
        using var place = new Workplace();
        var queue = $"{place.Folder}/spool";
        place.With($"[[listener]]\nsocket = \"unix:{path.Replace("{q}", queue, StringComparison.Ordinal)}\"\nfilters = []\n").WithPostfix($"queue_directory = {queue}", master);
        var output = (await place.RunAsync("postfix")).Expect(0).Output;
        Assert.Contains($"\nsmtpd_milters = {milter}\n", output, StringComparison.Ordinal);
        Assert.Equal(remark is not null, output.Contains("# Note: ", StringComparison.Ordinal));
        Assert.All([.. further, remark ?? ""], part => Assert.Contains(part.Replace("{q}", queue, StringComparison.Ordinal), output, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("3.6", false)]
    [InlineData("1", false)]
    [InlineData("0", true)]
    public async Task A_dash_in_the_column_is_a_chroot_only_where_the_level_of_compatibility_is_0(string level, bool isChroot)
    {
        using var place = new Workplace().With("[[listener]]\nsocket = \"unix:/run/x/s\"\nfilters = []\n").WithPostfix($"compatibility_level = {level}", "smtp inet n - - - - smtpd\n");
        // The last line of several for a parameter counts.
        place.Write("postfix/main.cf", $"compatibility_level = {level}\n");
        Assert.Equal(isChroot, (await place.RunAsync("postfix")).Expect(0).Output.Contains("run in the chroot", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("127.0.0.1:10025 inet n - n - - smtpd -o content_filter=", "", "no_milters")]
    [InlineData("[::1]:10025 inet n - n - - smtpd -o content_filter= -o receive_override_options=no_address_mappings,no_unknown_recipient_checks", "", "no_address_mappings,no_unknown_recipient_checks,no_milters")]
    [InlineData("localhost:10025 inet n - n - - smtpd -o { content_filter = }", "", "no_milters")]
    [InlineData("127.0.0.1:10025 inet n - n - - smtpd\nsmtp inet n - n - - smtpd -o content_filter=scan:[127.0.0.1]:10024", "", "no_milters")]
    // Told already, or called with milters on purpose, or no return of a filter at all.
    [InlineData("127.0.0.1:10025 inet n - n - - smtpd -o content_filter= -o receive_override_options=no_milters", "", null)]
    [InlineData("127.0.0.1:10025 inet n - n - - smtpd -o content_filter= -o smtpd_milters=", "", null)]
    [InlineData("127.0.0.1:10025 inet n - n - - smtpd", "", null)]
    [InlineData("127.0.0.1:10025 inet n - n - - smtpd", "content_filter = scan:[127.0.0.1]:10024", null)]
    [InlineData("127.0.0.1:submission inet n - n - - smtpd\nsmtp inet n - n - - smtpd -o content_filter=scan:[127.0.0.1]:10024", "", null)]
    [InlineData("192.0.2.1:10025 inet n - n - - smtpd -o content_filter=", "", null)]
    // Behind a before-queue filter the milters see the message for the first time.
    [InlineData("127.0.0.1:10026 inet n - n - - smtpd -o content_filter= -o smtpd_proxy_filter=\nsmtp inet n - n - - smtpd -o smtpd_proxy_filter=127.0.0.1:10025", "", null)]
    public async Task A_service_that_takes_mail_back_from_a_content_filter_calls_no_milters(string services, string main, string? options)
    {
        using var place = new Workplace().With(Samples.Nothing).WithPostfix(main, $"pickup unix n - n 60 1 pickup\n{services}\n");
        using var json = (await place.RunAsync("postfix", "--json")).Expect(0).ReadJson();
        var entries = json.RootElement.GetProperty("master_cf").EnumerateArray().ToArray();
        Assert.Equal(options is null ? 0 : 1, entries.Length);
        if (options is null)
            return;
        Assert.Equal(services.Split(' ')[0] + "/inet", entries[0].GetProperty("service").GetString());
        var option = Assert.Single(entries[0].GetProperty("options").EnumerateArray());
        Assert.Equal(("receive_override_options", options), (option.GetProperty("name").GetString(), option.GetProperty("value").GetString()));
        Assert.EndsWith($"\n    -o receive_override_options={options}", entries[0].GetProperty("entry").GetString(), StringComparison.Ordinal);
        Assert.Single(entries[0].GetProperty("entry").GetString()!.Split("receive_override_options=").Skip(1));
    }

    [Fact]
    public async Task A_service_with_milters_of_its_own_gets_its_entry()
    {
        using var place = new Workplace().WithListeners(("inet:1@localhost", Signs)).WithPostfix("",
            "submission inet n - n - - smtpd -o syslog_name=postfix/submission\n  -o { smtpd_milters = inet:other:1 inet:other:2 } -o milter_default_action=accept -o milter_protocol=3 -o milter_command_timeout=4s\n");
        Assert.EndsWith(
            """
            submission inet  n       -       n       -       -       smtpd
                -o syslog_name=postfix/submission
                -o {smtpd_milters=inet:other:1, inet:other:2, inet:127.0.0.1:1}
                -o milter_default_action=tempfail
                -o milter_protocol=6
                -o milter_command_timeout=10s

            """, (await place.RunAsync("postfix")).Expect(0).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Which_service_calls_which_listener_is_the_administrators_choice()
    {
        using var place = new Workplace().WithListeners(("inet:1@localhost", Verifies), ("inet:2@localhost", Signs)).WithPostfix("smtpd_milters = inet:localhost:1",
            "smtp inet n - n - - smtpd\nsubmission inet n - n - - smtpd -o smtpd_milters=inet:localhost:2\nlocalhost:26 inet n - n - - smtpd -o smtpd_milters=inet:other:1 -o milter_default_action=accept\n");
        var output = (await place.RunAsync("postfix")).Expect(0).Output;
        Assert.Contains("\nsmtpd_milters = inet:localhost:1\n", output, StringComparison.Ordinal);
        // Mail by sendmail(1) passes all of them, having no other place.
        Assert.Contains("\nnon_smtpd_milters = inet:127.0.0.1:1, inet:127.0.0.1:2\n", output, StringComparison.Ordinal);
        Assert.DoesNotContain("# master.cf", output, StringComparison.Ordinal);
        Assert.Contains("# Note: localhost:26/inet has smtpd_milters of its own", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", Signs, "internal_mail_filter_classes = bounce")]
    [InlineData("internal_mail_filter_classes = notify, bounce", Signs, null)]
    [InlineData("", Verifies, null)]
    [InlineData("smtpd_milter_maps = cidr:/etc/x", Verifies, "smtpd_milter_maps = cidr:/etc/x goes before smtpd_milters")]
    [InlineData("smtpd_proxy_filter = 127.0.0.1:10025", Verifies, "smtpd_proxy_filter: in front of such a filter")]
    [InlineData("content_filter = filter:dummy", Verifies, "content_filter = filter:dummy is a pipe(8) service")]
    [InlineData("content_filter = scan:[127.0.0.1]:10024", Verifies, null)]
    public async Task What_no_line_can_say_is_a_note(string main, string traits, string? note)
    {
        using var place = new Workplace().WithListeners(("inet:1@localhost", traits)).WithPostfix(main, PostfixFiles.Master + "filter unix - n n - 10 pipe flags=R user=filter argv=/bin/filter -f ${sender}\nscan unix - - n - 10 smtp\n");
        var output = (await place.RunAsync("postfix")).Expect(0).Output;
        Assert.Equal(note is not null, output.Contains("# Note: ", StringComparison.Ordinal));
        Assert.Contains(note ?? "", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_listener_that_may_quarantine_is_to_be_the_last_of_the_settings()
    {
        using var place = new Workplace().WithListeners(("inet:1@localhost", Quarantines), ("inet:2@localhost", Verifies)).WithPostfix("");
        Assert.Contains("# Note: inet:1@localhost may quarantine (filter f0)", (await place.RunAsync("postfix")).Expect(0).Output, StringComparison.Ordinal);
        place.WithListeners(("inet:1@localhost", Verifies), ("inet:2@localhost", Quarantines));
        Assert.DoesNotContain("may quarantine (", (await place.RunAsync("postfix")).Expect(0).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Any_folder_can_be_named()
    {
        using var place = new Workplace().With(Samples.Nothing).WithPostfix("milter_protocol = 6");
        place.Write("other/main.cf", "milter_protocol = 2\n");
        place.Write("other/master.cf", PostfixFiles.Master);
        using var json = (await place.RunAsync("postfix", "--json", "--postfix-config", "other")).Expect(0).ReadJson();
        Assert.True(json.RootElement.GetProperty("postfix_found").GetBoolean());
        var protocol = json.RootElement.GetProperty("main_cf").EnumerateArray().Single(line => line.GetProperty("name").GetString() == "milter_protocol");
        Assert.Equal(("6", "2", false), (protocol.GetProperty("value").GetString(), protocol.GetProperty("present").GetString(), protocol.GetProperty("right").GetBoolean()));
    }

    [Fact]
    public async Task Postfix_accepts_every_line_and_with_them_all_is_right()
    {
        using var place = new Workplace();
        var queue = $"{place.Folder}/spool";
        Directory.CreateDirectory($"{queue}/filterhost");
        place.WithListeners(($"unix:{queue}/filterhost/verify.sock", Verifies), ($"unix:{queue}/filterhost/sign.sock", $"{Signs}; {Quarantines}"));
        PostfixFiles.SkipUnlessInstalled();
        var debian = PostfixFiles.DebianMaster + "submission inet n - y - - smtpd -o { smtpd_milters = inet:other:2, inet:other:3 } -o milter_default_action=accept\n"
            + "127.0.0.1:10025 inet n - n - - smtpd\n  -o content_filter= -o { smtpd_client_restrictions = permit_mynetworks, reject }\n";
        const string Before = "smtpd_milters = inet:other:1\nmilter_default_action = accept\nmilter_protocol = 2\nmilter_connect_timeout = 1s\nmilter_command_timeout = 1s\nmilter_content_timeout = 1s\n";
        place.WithPostfix($"queue_directory = {queue}\n{Before}content_filter = scan:[127.0.0.1]:10024", debian);
        var (main, master) = Parts((await place.RunAsync("postfix")).Expect(0).Output);
        Assert.Equal(7, main.Split('\n').Count(line => line.Contains(" = ", StringComparison.Ordinal) && !line.StartsWith('#')));

        place.WithPostfix($"queue_directory = {queue}\ncontent_filter = scan:[127.0.0.1]:10024\n{main}", Replace(debian, master));
        Assert.Contains("\nsmtpd_milters = unix:filterhost/verify.sock, inet:other:1, unix:filterhost/sign.sock\n", await place.PostconfAsync("-n"), StringComparison.Ordinal);
        Assert.Contains("submission/inet/smtpd_milters = unix:filterhost/verify.sock, inet:other:2, inet:other:3, unix:filterhost/sign.sock\n", await place.PostconfAsync("-P"), StringComparison.Ordinal);
        Assert.Contains("127.0.0.1:10025/inet/receive_override_options = no_milters\n", await place.PostconfAsync("-P"), StringComparison.Ordinal);

        using var again = (await place.RunAsync("postfix", "--json")).Expect(0).ReadJson();
        Assert.All(again.RootElement.GetProperty("main_cf").EnumerateArray(), line => Assert.True(line.GetProperty("right").GetBoolean(), line.ToString()));
        Assert.Empty(again.RootElement.GetProperty("master_cf").EnumerateArray());
        Assert.Equal("", (await place.RunAsync("check", "--no-dns", "--mta-user", "root")).Expect(0).Errors);
    }

    private static string Spell(string milters) => string.Concat(milters.Select(letter => letter switch
    {
        'v' => "inet:127.0.0.1:1",
        's' => "inet:127.0.0.1:2",
        'o' => "inet:other:1",
        'p' => "inet:other:2",
        _ => letter.ToString(),
    }));

    private static string WithoutComments(string output) => "\n" + string.Join('\n', output.Split('\n').Where(line => !line.StartsWith('#') && line.Length > 0)) + "\n";

    private static (string Main, string Master) Parts(string output) => output.Split("\n# master.cf") is [var main, var master] ? (main, "# master.cf" + master) : (output, "");

    // As the administrator does: out with the entries of the services that are printed anew, in with these.
    private static string Replace(string master, string entries)
    {
        var services = entries.Split('\n').Where(line => line.Length > 0 && line[0] is not '#' and not ' ').Select(Key).ToHashSet();
        var kept = new List<string>();
        var isReplaced = false;
        foreach (var line in master.Split('\n').Where(line => line.Length > 0 && line[0] != '#'))
        {
            isReplaced = char.IsWhiteSpace(line[0]) ? isReplaced : services.Contains(Key(line));
            if (!isReplaced)
                kept.Add(line);
        }
        return $"{string.Join('\n', kept)}\n{entries}";

        static string Key(string line) => string.Join('/', line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries).Take(2));
    }
}
