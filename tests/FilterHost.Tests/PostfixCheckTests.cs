namespace FilterHost.Tests;

public sealed class PostfixCheckTests
{
    private const string Verifies = "publishes = [\"dkim\"]";
    private const string Signs = "signs = true";
    private const string Ours = "smtpd_milters = unix:filterhost/s\n";

    [Theory]
    [InlineData(Ours + "non_smtpd_milters = $smtpd_milters\nmilter_default_action = tempfail")]
    [InlineData("smtpd_milters = inet:other:1, { unix:filterhost/s, default_action=tempfail, content_timeout=1h }")]
    // What others need is theirs to say.
    [InlineData("smtpd_milters = { inet:other:1, default_action=accept, command_timeout=1s, protocol=2 }, unix:filterhost/s")]
    [InlineData(Ours, PostfixFiles.Master + "lo:26 inet n - n - - smtpd -o smtpd_milters=inet:other:1 -o milter_default_action=accept\n")]
    [InlineData(Ours, PostfixFiles.Master + "26 inet n - n - - smtpd -o receive_override_options=no_milters -o milter_default_action=accept\n")]
    [InlineData(Ours + "content_filter = scan:x", PostfixFiles.Master + "127.0.0.1:26 inet n - n - - smtpd -o content_filter= -o receive_override_options=no_milters\n")]
    public async Task Files_that_fit_give_no_warning(string main, string master = PostfixFiles.Master)
    {
        using var place = Place(Signs, main, master);
        Assert.Equal("", (await CheckAsync(place)).Errors);
    }

    [Theory]
    [InlineData(Ours + "milter_default_action = accept", "", "filterhost: warning: ", "Postfix's main.cf has milter_default_action = accept", "Write milter_default_action = tempfail")]
    [InlineData("smtpd_milters = { unix:filterhost/s, { default_action = accept } }", "", ": listener[0].socket: warning: ", "smtpd_milters (Postfix's main.cf) has default_action = accept", "Write default_action = tempfail")]
    [InlineData("non_smtpd_milters = { unix:filterhost/s, default_action=accept }\n" + Ours, "", "non_smtpd_milters (Postfix's main.cf) has default_action = accept")]
    [InlineData(Ours, "26 inet n - n - - smtpd -o milter_default_action=accept", "Postfix's 26/inet in master.cf has milter_default_action = accept")]
    [InlineData(Ours, "26 inet n - n - - smtpd -o {smtpd_milters={unix:filterhost/s,default_action=accept}}", "smtpd_milters (Postfix's 26/inet in master.cf) has default_action = accept")]
    [InlineData(Ours + "milter_protocol = 4", "", "Postfix's main.cf has milter_protocol = 4", "Write milter_protocol = 6")]
    [InlineData("smtpd_milters = { unix:filterhost/s, protocol=2 }", "", "has protocol = 2", "Write protocol = 6")]
    [InlineData(Ours + "milter_command_timeout = 9", "", "has milter_command_timeout = 9, too short for command_budget (8s)", "at least milter_command_timeout = 10s")]
    [InlineData(Ours + "milter_connect_timeout = 9s", "", "has milter_connect_timeout = 9s, too short for command_budget (8s)")]
    [InlineData("smtpd_milters = { unix:filterhost/s, content_timeout=4m }", "", "has content_timeout = 4m, too short for end_of_message_budget (4m)", "at least content_timeout = 300s")]
    [InlineData("", "", ": listener[0].socket: warning: ", "no smtpd_milters of Postfix names this listener", "unix:filterhost/s")]
    [InlineData("smtpd_milters = inet:other:1\nnon_smtpd_milters = unix:filterhost/s", "", "no smtpd_milters of Postfix names this listener")]
    [InlineData(Ours, "127.0.0.1:10025 inet n - n - - smtpd -o content_filter=", "Postfix's 127.0.0.1:10025/inet in master.cf takes mail back", "unix:filterhost/s a second time", "no_milters")]
    public async Task What_does_not_fit_is_one_warning_with_its_remedy(string main, string service, params string[] parts)
    {
        using var place = Place(Signs, main, $"{PostfixFiles.Master}{service}\n");
        var ended = await CheckAsync(place);
        ended.HasProblem(["warning: ", .. parts]);
        Assert.Single(ended.ErrorLines);
    }

    [Fact]
    public async Task What_several_services_share_is_said_once()
    {
        using var place = Place(Signs, Ours + "non_smtpd_milters = $smtpd_milters\nmilter_default_action = accept", PostfixFiles.Master + "26 inet n - n - - smtpd\n27 inet n - n - - smtpd\n");
        Assert.Single((await CheckAsync(place)).ErrorLines);
    }

    [Theory]
    [InlineData("unix:filterhost/s, inet:other:1", "quarantines = true", true)]
    [InlineData("inet:other:1, unix:filterhost/s", "quarantines = true", false)]
    [InlineData("unix:filterhost/s, inet:other:1", Verifies, false)]
    public async Task A_listener_that_may_quarantine_is_to_be_the_last_milter(string milters, string traits, bool isWarned)
    {
        using var place = Place(traits, $"smtpd_milters = {milters}");
        var ended = await CheckAsync(place);
        if (isWarned)
            ended.HasProblem(": listener[0].socket: warning: filter f0 may quarantine", "inet:other:1 in smtpd_milters (Postfix's main.cf) would never see it");
        Assert.Equal(isWarned ? 1 : 0, ended.ErrorLines.Length);
    }

    [Theory]
    [InlineData("inet:8891@localhost", Signs, true)]
    [InlineData("inet6:8891@::1", Signs, true)]
    [InlineData("inet:8891@localhost", Verifies, false)]
    // No Unix socket reaches an MTA on another machine, and allow says who may connect.
    [InlineData("inet:8891@192.0.2.1\"\nallow = [\"192.0.2.2\"]#", Signs, false)]
    public async Task A_signing_listener_that_every_local_process_reaches_is_a_warning(string socket, string traits, bool isWarned)
    {
        using var place = new Workplace().WithListeners((socket, traits)).WithPostfix("smtpd_milters = inet:127.0.0.1:8891, inet:[::1]:8891");
        var ended = await CheckAsync(place);
        if (isWarned)
            ended.HasProblem(": listener[0].socket: warning: every process of this machine can connect to a TCP port and have mail signed", "socket = \"unix:/var/spool/postfix/filterhost/sign.sock\"");
        Assert.Equal(isWarned ? 1 : 0, ended.ErrorLines.Length);
    }

    [Theory]
    [InlineData("127.0.0.0/8 [::1]/128", null, Signs)]
    [InlineData("[::1] 127.0.0.0/9, 127.128.0.0/9", null, Signs)]
    [InlineData("127.0.0.0/8 [::1]/128 192.0.2.0/24", null, Signs, "Postfix relays for 192.0.2.0/24 (mynetworks)", "not signed")]
    [InlineData("127.0.0.0/8 [::1]/128 192.0.2.0/24", null, Verifies, "Postfix relays for 192.0.2.0/24 (mynetworks)", "judged like that of strangers")]
    [InlineData("127.0.0.0/8 [::1]/128 192.0.2.0/24 [2001:db8::]/32", "\"192.0.2.0/25\", \"2001:db8::/33\", \"127.0.0.0/8\", \"::1/128\"", Signs, "Postfix relays for 192.0.2.128/25, 2001:db8:8000::/33 (mynetworks)")]
    [InlineData("127.0.0.1", null, Signs, "`internal` of the settings has 127.0.0.0/32, 127.0.0.2/31, 127.0.0.4/30, 127.0.0.8/29, 127.0.0.16/28 and more, for which Postfix does not relay", "signed with our keys")]
    [InlineData("127.0.0.0/8", null, Verifies, "`internal` of the settings has ::1/128", "not judged")]
    // The first that holds an address decides.
    [InlineData("!192.0.2.128/25 127.0.0.0/8 [::1]/128 192.0.2.0/24", "\"192.0.2.0/25\", \"127.0.0.0/8\", \"::1/128\"", Signs)]
    [InlineData("!192.0.2.0/24 127.0.0.0/8 [::1]/128 192.0.2.0/25", null, Signs)]
    [InlineData("192.0.2.0/24 127.0.0.0/8 [::1]/128 !192.0.2.0/25", "\"192.0.2.0/24\", \"127.0.0.0/8\", \"::1/128\"", Signs)]
    [InlineData("127.0.0.0/8 [::1]/128 192.0.2.0/24", "\"192.0.2.0/24\", \"!192.0.2.128/25\", \"127.0.0.0/8\", \"::1\"", Signs, "Postfix relays for 192.0.2.128/25 (mynetworks)", "mail from there is not signed. Add")]
    [InlineData("127.0.0.0/8 [::1]/128 192.0.2.0/25", "\"!192.0.2.128/25\", \"192.0.2.0/24\", \"127.0.0.0/8\", \"::1\"", Signs)]
    [InlineData("127.0.0.0/8 [::1]/128 192.0.2.0/24", "\".example.com\", \"127.0.0.0/8\", \"::1\"", Signs, "Postfix relays for 192.0.2.0/24 (mynetworks)", "mail from there is not signed, but for clients that it has by name")]
    // A plain file is read, a table is not.
    [InlineData("{folder}/networks", null, Signs, "Postfix relays for 198.51.100.0/24 (mynetworks)")]
    [InlineData("127.0.0.0/8 [::1]/128 cidr:/etc/networks", null, Signs, "mynetworks names cidr:/etc/networks, which cannot be read here")]
    [InlineData("127.0.0.0/8 [::1]/128 {folder}/none", null, Signs, "none, which cannot be read here")]
    public async Task Networks_that_Postfix_relays_for_and_internal_ones_are_to_be_the_same(string mynetworks, string? known, string traits, params string[] parts)
    {
        using var place = Place(traits, Ours, @internal: known);
        place.Write("networks", "# ours\n127.0.0.0/8 198.51.100.0/24\n[::1]/128\n");
        place.Write("postfix/main.cf", $"queue_directory = {place.Folder}\ncompatibility_level = 3.6\n{Ours}mynetworks = {mynetworks.Replace("{folder}", place.Folder, StringComparison.Ordinal)}\n");
        var ended = await CheckAsync(place);
        if (parts.Length > 0)
            ended.HasProblem([": listener[0].socket: warning: ", .. parts]);
        Assert.Equal(parts.Length > 0 ? 1 : 0, ended.ErrorLines.Length);
    }

    [Fact]
    public async Task Both_directions_are_two_warnings()
    {
        using var place = Place(Signs, Ours, @internal: "\"198.51.100.0/24\", \"127.0.0.0/8\"");
        var ended = await CheckAsync(place);
        ended.HasProblem("Postfix relays for ::1/128");
        ended.HasProblem("`internal` of the settings has 198.51.100.0/24");
    }

    [Fact]
    public async Task A_listener_that_neither_signs_nor_judges_does_not_ask_for_networks()
    {
        using var place = Place("", Ours, @internal: "\"198.51.100.0/24\"");
        Assert.Equal("", (await CheckAsync(place)).Errors);
    }

    [Fact]
    public async Task Warnings_are_in_the_JSON_and_do_not_fail_the_check()
    {
        using var place = Place(Signs, Ours + "milter_default_action = accept");
        using var json = (await place.RunAsync("check", "--no-dns", "--json", "--mta-user", "root")).Expect(0).ReadJson();
        Assert.True(json.RootElement.GetProperty("ok").GetBoolean());
        var problem = Assert.Single(json.RootElement.GetProperty("problems").EnumerateArray());
        Assert.Equal("warning", problem.GetProperty("severity").GetString());
        Assert.Contains("milter_default_action = accept", problem.GetProperty("text").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_Postfix_nothing_is_said_of_it()
    {
        using var place = new Workplace().WithListeners(("inet:8891@localhost", $"{Signs}; quarantines = true"), ("inet:8892@localhost", Verifies));
        Assert.Equal("", (await CheckAsync(place)).Errors);
    }

    [Theory]
    [InlineData("smtpd_milters = { unix:filterhost/s, default_action=accept }")]
    [InlineData(Ours + "milter_default_action = accept")]
    [InlineData(Ours, "this listener only observes, but Postfix's main.cf has milter_default_action = tempfail", "Write { unix:filterhost/s, default_action=accept } (Postfix 3.0)")]
    public async Task Mail_is_not_to_wait_for_a_listener_that_only_observes(string main, params string[] parts)
    {
        using var place = Place(Signs, main, @internal: "\"127.0.0.0/8\", \"::1\"]\nobserve = true\n#");
        var ended = await CheckAsync(place);
        Assert.Contains("\n  only observes: ", ended.Output, StringComparison.Ordinal);
        Assert.Contains("\n  must be granted: nothing\n", ended.Output, StringComparison.Ordinal);
        if (parts.Length > 0)
            ended.HasProblem([": listener[0].socket: warning: ", .. parts]);
        Assert.Equal(parts.Length > 0 ? 1 : 0, ended.ErrorLines.Length);
    }

    [Fact]
    public async Task Another_folder_can_be_named()
    {
        using var place = Place(Signs, Ours);
        place.Write("other/main.cf", $"queue_directory = {place.Folder}\ncompatibility_level = 3.6\nmynetworks = 127.0.0.0/8 [::1]/128\nsmtpd_milters = inet:other:1\n");
        place.Write("other/master.cf", PostfixFiles.Master);
        (await place.RunAsync("check", "--no-dns", "--mta-user", "root", "--postfix-config", "other")).Expect(0).HasProblem("no smtpd_milters of Postfix names this listener");
    }

    [Fact]
    public async Task A_named_folder_that_cannot_be_read_is_said()
    {
        using var place = Place(Signs, Ours);
        var ended = (await place.RunAsync("check", "--no-dns", "--mta-user", "root", "--postfix-config", "none")).Expect(0);
        Assert.Equal("", ended.Errors);
        Assert.Contains("\nPostfix's files were not checked: postconf: fatal: open none/main.cf", ended.Output, StringComparison.Ordinal);
    }

    // One listener below Postfix's queue directory, which is the test's folder.
    private static Workplace Place(string traits, string main, string master = PostfixFiles.Master, string? @internal = null)
    {
        var place = new Workplace();
        Directory.CreateDirectory(Path.Combine(place.Folder, "filterhost"));
        return place.WithListeners(($"unix:filterhost/s{(@internal is null ? "" : $"\"\ninternal = [{@internal}]#")}", traits)).WithPostfix($"queue_directory = {place.Folder}\n{main}", master);
    }

    private static async Task<Ended> CheckAsync(Workplace place) => (await place.RunAsync("check", "--no-dns", "--mta-user", "root")).Expect(0);
}
