using System.Security.Cryptography;

namespace FilterHost.Tests;

/// <summary>What the settings say that an import makes.</summary>
public sealed class ImportTests
{
    private const string Verifier = "Mode v\nSocket inet:9999@localhost\n";

    [Theory]
    [InlineData("local:/run/x/s", "unix:/run/x/s")]
    [InlineData("unix:/run/x/s", "unix:/run/x/s")]
    [InlineData("/run/x/s", "unix:/run/x/s")]
    [InlineData("inet:8891@localhost", "inet:8891@localhost")]
    [InlineData("inet:8891@127.0.0.1", "inet:8891@127.0.0.1")]
    [InlineData("inet:8891@[127.0.0.1]", "inet:8891@127.0.0.1")]
    [InlineData("inet6:8891@[::1]", "inet6:8891@::1")]
    [InlineData("inet6:8891@localhost", "inet6:8891@localhost")]
    public async Task A_socket_is_written_in_our_form(string theirs, string ours)
    {
        var settings = await ImportAsync($"Mode v\nSocket {theirs}\n");
        Assert.Contains($"\nsocket = \"{ours}\"\n", settings, StringComparison.Ordinal);
        Assert.DoesNotContain("\nallow = ", settings, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("inet:8891")]
    [InlineData("inet:8891@0.0.0.0")]
    [InlineData("inet6:8891")]
    [InlineData("inet:8891@192.0.2.7")]
    public async Task A_socket_that_is_open_to_all_stays_so_with_a_warning(string socket)
    {
        using var place = new Workplace();
        var ended = await RunAsync(place, $"Mode v\nSocket {socket}\n");
        Assert.Contains("\nallow = [\"0.0.0.0/0\", \"::/0\"]\n", ended.Expect(0).Output, StringComparison.Ordinal);
        ended.HasProblem(":2:1: Socket: warning: the socket ", " is open to every host that reaches it");
        Assert.Contains("# WARNING: ", ended.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "0644")]
    [InlineData("UMask 007\n", "0660")]
    [InlineData("UMask 002\n", "0664")]
    [InlineData("UMask 0\n", "0666")]
    [InlineData("UMask 077\n", "0600")]
    public async Task The_mode_of_a_Unix_socket_follows_from_the_umask(string line, string mode) =>
        Assert.Contains($"\nmode = \"{mode}\"\n", await ImportAsync($"Mode v\nSocket local:/run/x/s\n{line}"), StringComparison.Ordinal);

    [Fact]
    public async Task Defaults_of_OpenDKIM_that_differ_from_ours_are_written_out()
    {
        using var place = new Workplace();
        place.Write("k", "key\n");
        var settings = (await RunAsync(place, "Socket inet:9999@localhost\nDomain example.com\nSelector sel\nKeyFile k\n")).Expect(0).Output;
        Assert.All(
            new[]
            {
                "internal = [\"127.0.0.1\", \"::1\"]", "reentry = []", "maximum_header_size = 65536", "layout = \"opendkim\"", "canonicalization = \"simple/simple\"", "oversign = []",
                "maximum_signatures = 3", "minimum_key_bits = 1024", "result_none = false", "body_length_policy = \"accept\"", "on_temperror = \"tempfail\"", "on_none = \"accept\"", "on_fail = \"accept\"",
                "filters = [\"verify\", \"sign\"]", "    \"Resent-Cc\",",
                $"    {{ domain = \"example.com\", selector = \"sel\", file = \"{place.Folder}/k\" }},",
            },
            line => Assert.Contains($"\n{line}\n", settings, StringComparison.Ordinal));
        Assert.DoesNotContain("Message-ID", settings, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Mode sv", "[\"verify\", \"sign\"]")]
    [InlineData("Mode vs", "[\"verify\", \"sign\"]")]
    [InlineData("Mode s", "[\"sign\"]")]
    [InlineData("Mode v", "[\"verify\"]")]
    public async Task The_mode_decides_on_the_filters(string mode, string filters) =>
        Assert.Contains($"\nfilters = {filters}\n", await ImportAsync($"{mode}\nSocket inet:9999@localhost\nKeyTable csl:k=example.com:s:/none\nSigningTable csl:example.com=k\n"), StringComparison.Ordinal);

    [Theory]
    [InlineData("SignHeaders From,To,Subject", "sign_headers = [\"From\", \"To\", \"Subject\"]")]
    [InlineData("SignHeaders To", "sign_headers = [\"From\", \"To\"]")]
    [InlineData("OmitHeaders *,+X-Foo,-Bcc", "omit_headers = [\"Return-Path\", \"Received\", \"Comments\", \"Keywords\", \"Resent-Bcc\", \"DKIM-Signature\", \"X-Foo\"]")]
    [InlineData("OmitHeaders .", "omit_headers = []")]
    [InlineData("OversignHeaders From,Subject", "oversign = [\"From\", \"Subject\"]")]
    [InlineData("Canonicalization relaxed", "canonicalization = \"relaxed/simple\"")]
    [InlineData("Canonicalization Relaxed/Relaxed", "canonicalization = \"relaxed/relaxed\"")]
    [InlineData("SignatureTTL 86400", "expire_after = \"86400s\"")]
    [InlineData("RequestReports yes", "request_reports = true")]
    [InlineData("Diagnostics 1", "copy_headers = true")]
    [InlineData("SenderHeaders Sender,From", "sender_headers = [\"Sender\", \"From\"]")]
    [InlineData("DontSignMailTo a@b.example", "no_sign_recipients = [\"a@b.example\"]")]
    [InlineData("MultipleSignatures yes", "multiple_signatures = true")]
    [InlineData("RequireSafeKeys no", "check_permissions = false")]
    [InlineData("AlwaysAddARHeader yes", "result_none = true")]
    [InlineData("On-Default reject", "on_none = \"reject\"", "on_fail = \"reject\"", "on_key_missing = \"reject\"", "on_temperror = \"reject\"", "on_error = \"reject\"")]
    [InlineData("On-Default r\nOn-NoSignature accept", "on_none = \"accept\"", "on_fail = \"reject\"")]
    [InlineData("On-BadSignature d", "on_fail = \"discard\"", "on_revoked_key = \"discard\"")]
    [InlineData("On-KeyNotFound QUARANTINE", "on_key_missing = \"quarantine\"", "on_revoked_key = \"accept\"")]
    [InlineData("On-InternalError accept", "on_error = \"skip\"")]
    [InlineData("MaximumSignaturesToVerify 7", "maximum_signatures = 7")]
    [InlineData("ClockDrift 60", "clock_skew = \"60s\"")]
    [InlineData("MinimumKeyBits 2048", "minimum_key_bits = 2048")]
    [InlineData("Minimum 50%", "minimum_signed = \"50%\"")]
    [InlineData("MustBeSigned From,Subject", "must_sign = [\"From\", \"Subject\"]")]
    [InlineData("TrustSignaturesFrom csl:a.example,b.example", "trusted_signers = [\"a.example\", \"b.example\"]")]
    [InlineData("UnprotectedKey neutral", "on_unprotected_key = \"accept\"")]
    [InlineData("Nameservers 192.0.2.1,2001:db8::1", "servers = [\"192.0.2.1:53\", \"[2001:db8::1]:53\"]")]
    [InlineData("DNSTimeout 10", "timeout = \"5000ms\"")]
    [InlineData("InternalHosts 192.0.2.0/24,!192.0.2.7,.example.com", "internal = [\"192.0.2.0/24\", \"!192.0.2.7\", \".example.com\"]")]
    [InlineData("PeerList 192.0.2.1", "peers = [\"192.0.2.1\"]")]
    [InlineData("MTA MSA,submission", "internal_daemons = [\"MSA\", \"submission\"]")]
    [InlineData("MacroList auth_type,foo=a|b", "internal_macros = [\"{auth_type}\", \"{foo}=a|b\"]")]
    [InlineData("ExemptDomains csl:example.net", "exempt_domains = [\"example.net\"]")]
    [InlineData("RemoveARFrom old.example,.example.org", "also_ours = [\"old.example\"]")]
    [InlineData("KeepAuthResults yes", "clean_results = false")]
    [InlineData("AuthservID mx.example", "authserv_id = \"mx.example\"")]
    [InlineData("MaximumHeaders 131072", "maximum_header_size = 131072")]
    [InlineData("UserID opendkim:mail", "user = \"opendkim\"", "group = \"mail\"")]
    [InlineData("UMask 027", "umask = \"0027\"")]
    [InlineData("PidFile /run/p", "pid_file = \"/run/p\"")]
    [InlineData("Syslog yes\nSyslogFacility local3\nSyslogName dkim", "log_target = \"syslog\"", "syslog_facility = \"local3\"", "syslog_name = \"dkim\"")]
    public async Task An_option_of_OpenDKIM_is_carried_over(string lines, params string[] settings)
    {
        var text = await ImportAsync($"Socket inet:9999@localhost\nKeyTable csl:k=example.com:s:/none\nSigningTable csl:example.com=k\n{lines}\n");
        Assert.All(settings, setting => Assert.Contains($"\n{setting}\n", text, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("RejectFailures yes", "on_reject = \"reject\"", "on_temperror = \"tempfail\"", "on_quarantine = \"accept\"")]
    [InlineData("HoldQuarantinedMessages yes", "on_quarantine = \"quarantine\"", "on_reject = \"accept\"")]
    [InlineData("RejectMultiValueFrom yes", "on_from_anomaly = \"reject\"")]
    [InlineData("RequiredHeaders yes", "on_from_anomaly = \"reject\"")]
    [InlineData("RejectString no %s here", "reject_text = \"no {domain} here\"")]
    [InlineData("IgnoreMailFrom a.example, b.example", "exempt_domains = [\"a.example\", \"b.example\"]")]
    [InlineData("SPFSelfValidate yes", "filters = [\"spf\", \"dmarc\"]", "helo = false")]
    [InlineData("SPFSelfValidate no", "filters = [\"dmarc\"]")]
    [InlineData("PublicSuffixList /usr/share/psl", "organizational_domains = \"public_suffix_list\"", "public_suffix_list = \"/usr/share/psl\"")]
    [InlineData("AuthservID d.example\nTrustedAuthservIDs mx.example,mx2.example", "authserv_id = \"d.example\"", "trust_results_from = [\"mx.example\", \"mx2.example\"]")]
    [InlineData("AuthservID mx.example", "authserv_id = \"dmarc.mx.example\"", "trust_results_from = [\"mx.example\"]")]
    [InlineData("Userid opendmarc", "user = \"opendmarc\"")]
    public async Task An_option_of_OpenDMARC_is_carried_over(string lines, params string[] settings)
    {
        using var place = new Workplace();
        var file = place.Write("opendmarc.conf", $"Socket inet:9999@localhost\n{lines}\n");
        var text = (await place.RunBareAsync("import", "opendmarc", file)).Expect(0).Output;
        Assert.All(settings, setting => Assert.Contains($"\n{setting}\n", text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Both_daemons_become_one_listener()
    {
        using var place = new Workplace();
        var dmarc = place.Write("opendmarc.conf", "Socket inet:8893@localhost\nSPFSelfValidate yes\nRejectFailures yes\nIgnoreHosts hosts\nAuthservID other.example\n");
        place.Write("hosts", "127.0.0.1\n192.0.2.0/24\n");
        var text = (await RunAsync(place, "Socket inet:8891@localhost\nAuthservID mx.example\nKeyTable csl:k=example.com:s:/none\nSigningTable csl:example.com=k\n", "--with-opendmarc", dmarc)).Expect(0).Output;
        Assert.All(
            new[] { "filters = [\"spf\", \"verify\", \"dmarc\", \"sign\"]", "socket = \"inet:8891@localhost\"", "authserv_id = \"mx.example\"", "on_reject = \"reject\"", "trusted_forwarders = [\"192.0.2.0/24\"]" },
            line => Assert.Contains($"\n{line}\n", text, StringComparison.Ordinal));
        Assert.Single(text.Split('\n'), line => line == "[[listener]]");
        Assert.Contains("#   AuthservID other.example (opendmarc.conf:5): one host does both; OpenDKIM's counts.", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("On-BadSignature tempfail", "On-BadSignature")]
    [InlineData("On-Default t", "On-Default")]
    public async Task Bad_signatures_are_rejected_where_they_were_deferred(string line, string option)
    {
        using var place = new Workplace();
        var ended = (await RunAsync(place, $"Socket inet:9999@localhost\nMode v\n{line}\n")).Expect(0);
        Assert.Contains("\non_fail = \"reject\"\n", ended.Output, StringComparison.Ordinal);
        ended.HasProblem($":3:1: {option}: warning: ", "RFC 6376 §6.3");
    }

    [Fact]
    public async Task The_settings_that_are_made_are_good()
    {
        using var place = new Workplace();
        using var rsa = RSA.Create(2048);
        var key = place.Write("key", rsa.ExportPkcs8PrivateKeyPem());
        var dmarc = place.Write("opendmarc.conf", "SPFSelfValidate yes\nRejectFailures yes\nIgnoreHosts hosts\nPublicSuffixList psl\nHoldQuarantinedMessages yes\n");
        place.Write("hosts", "127.0.0.1\n192.0.2.0/24\n");
        place.Write("psl", "com\norg\n");
        place.Write("SigningTable", "*@example.com k\n");
        place.Write("TrustedHosts", "127.0.0.1\n[2001:db8::]/48\n2001:DB8:1::/48\n.example.com\n!192.0.2.9\n");
        var made = (await RunAsync(place, $"""
            Socket local:{place.Folder}/s
            UMask 007
            PidFile {place.Folder}/pid
            Syslog yes
            SyslogFacility local3
            SyslogName opendkim
            UserID {Environment.UserName}
            KeyTable csl:k=example.com:s:{key}
            SigningTable refile:SigningTable
            InternalHosts refile:TrustedHosts
            ExemptDomains example.net
            DontSignMailTo list@example.org
            MTA MSA
            MacroList auth_type,foo=a|b
            SenderHeaders Sender,From
            OmitHeaders *,+X-Foo
            SignHeaders *,+Message-ID,+Received
            OversignHeaders From
            On-Default tempfail
            On-BadSignature reject
            On-InternalError reject
            Minimum 50%
            MustBeSigned From,Subject
            TrustSignaturesFrom example.org
            UnprotectedKey neutral
            SignatureTTL 86400
            RequestReports yes
            Nameservers 127.0.0.1,::1
            MaximumHeaders 0

            """, "--with-opendmarc", dmarc, "--output", place.Settings, "--force")).Expect(0);
        Assert.DoesNotContain("Run: ", made.Errors, StringComparison.Ordinal);
        (await place.RunAsync("check", "--no-dns")).Expect(0);
    }

    [Fact]
    public async Task An_option_that_is_not_carried_over_is_a_comment_with_its_value_place_and_reason()
    {
        var text = await ImportAsync(Verifier + "SoftwareHeader yes\nFixCRLF no\nVBR-Type all\nLogWhy yes\n");
        Assert.Contains("#   SoftwareHeader yes (opendkim.conf:3): not carried over: no field names the software", text, StringComparison.Ordinal);
        Assert.Contains("#   VBR-Type all (opendkim.conf:5): obsolete: ", text, StringComparison.Ordinal);
        Assert.Contains("#   LogWhy yes (opendkim.conf:6): the log says for each message why", text, StringComparison.Ordinal);
        // What is set to its default says nothing.
        Assert.DoesNotContain("FixCRLF", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_password_is_not_copied_into_a_comment()
    {
        var text = await ImportAsync(Verifier + "LDAPBindPassword geheim\nTrustSignaturesFrom dsn:mysql://user:geheim@host/base\n");
        Assert.DoesNotContain("geheim", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reports_that_stop_are_a_warning_on_standard_error_and_at_the_top()
    {
        using var place = new Workplace();
        var ended = (await RunAsync(place, Verifier + "SendReports yes\n")).Expect(0);
        ended.HasProblem(":3:1: SendReports: warning: FilterHost sends no reports");
        Assert.Contains("# WARNING: what others may rely on stops with these settings:\n#   SendReports (line 3): ", ended.Output, StringComparison.Ordinal);
        var dmarc = place.Write("opendmarc.conf", "Socket inet:1@localhost\nHistoryFile /var/x\nFailureReports true\nAuthservID a\nTrustedAuthservIDs b\n");
        var both = (await place.RunBareAsync("import", "opendmarc", dmarc)).Expect(0);
        both.HasProblem("HistoryFile: warning: ", "aggregate reports");
        both.HasProblem("FailureReports: warning: ");
    }

    [Theory]
    [InlineData("192.0.2.1/24", "the network is 192.0.2.0/24")]
    [InlineData("192.0.2/24", "in the form that OpenDKIM looks up")]
    [InlineData("192.0.2.0/255.255.255.0", "has no length from 0 to 32")]
    [InlineData("2001:db8::1/32", "the network is 2001:db8::/32")]
    [InlineData("2001:0db8::/32", "which is 2001:db8::/32")]
    [InlineData("!10.0.0.1/8", "the network is 10.0.0.0/8")]
    public async Task A_row_that_OpenDKIM_never_matches_is_named_and_left_out(string row, string why)
    {
        using var place = new Workplace();
        var hosts = place.Write("hosts", $"127.0.0.1\n\n{row} # office\n");
        foreach (var option in new[] { "InternalHosts", "PeerList", "ExternalIgnoreList" })
        {
            var ended = (await RunAsync(place, $"{Verifier}{option} {hosts}\n")).Expect(0);
            ended.HasProblem($"{hosts}:3:1: {option}: warning: '{row}' ", why, "OpenDKIM never matches this row");
            Assert.DoesNotContain($"\"{row}\"", ended.Output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_file_of_hosts_stays_a_file_where_its_rows_mean_the_same()
    {
        using var place = new Workplace();
        var hosts = place.Write("hosts", "127.0.0.1\n192.0.2.0/24\nhost.example\n.example.com\n!192.0.2.3\n2001:DB8::/32\n[2001:db8::]/48\n");
        Assert.Contains($"\ninternal = [\"file:{hosts}\"]\n", (await RunAsync(place, $"{Verifier}InternalHosts {hosts}\n")).Expect(0).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Relative_paths_are_relative_to_BaseDirectory_else_to_the_folder_of_the_start()
    {
        using var place = new Workplace();
        place.Write("base/keys/k", "key\n");
        var based = (await RunAsync(place, "Socket local:s\nBaseDirectory base\nDomain example.com\nSelector s\nKeyFile keys/k\n")).Expect(0).Output;
        Assert.Contains($"file = \"{place.Folder}/base/keys/k\"", based, StringComparison.Ordinal);
        Assert.Contains($"socket = \"unix:{place.Folder}/base/s\"", based, StringComparison.Ordinal);
        var elsewhere = (await RunAsync(place, "Socket local:s\nDomain example.com\nSelector s\nKeyFile keys/k\n", "--working-directory", "/srv")).Expect(0).Output;
        Assert.Contains("file = \"/srv/keys/k\"", elsewhere, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Several_domains_are_signed_with_the_one_key()
    {
        using var place = new Workplace();
        place.Write("domains", "a.example\nB.example\n");
        var text = (await RunAsync(place, "Socket inet:9999@localhost\nDomain file:domains\nSelector s\nKeyFile /k\n")).Expect(0).Output;
        Assert.Contains("{ domain = \"a.example\", selector = \"s\", file = \"/k\" },\n    { domain = \"b.example\", selector = \"s\", file = \"/k\" },", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Domain *", "csl:*=*", "csl:*=%:s:/k")]
    [InlineData("Domain a.example\nSubDomains yes", "csl:a.example=a.example,.a.example=a.example:@a.example", "csl:a.example=a.example:s:/k")]
    public async Task All_domains_and_subdomains_are_a_table(string lines, string signing, string keys)
    {
        var text = await ImportAsync($"Socket inet:9999@localhost\n{lines}\nSelector s\nKeyFile /k\n");
        Assert.Contains($"signing_table = \"{signing}\"\nkey_table = \"{keys}\"\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Flags_behind_the_dashes_override_the_file()
    {
        using var place = new Workplace();
        var file = place.Write("opendkim.conf", "Socket inet:1@localhost\nMode sv\nUserID nobody\n");
        var text = (await place.RunBareAsync("import", "opendkim", "--", "-x", file, "-p", "inet:2@localhost", "-bv", "-lf", "-T9", "-P/run/p")).Expect(0).Output;
        Assert.All(
            new[] { "socket = \"inet:2@localhost\"", "filters = [\"verify\"]", "log_target = \"syslog\"", "timeout = \"4500ms\"", "pid_file = \"/run/p\"" },
            line => Assert.Contains($"\n{line}\n", text, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("-Z")]
    [InlineData("-p")]
    [InlineData("-t", "message")]
    [InlineData("word")]
    public async Task A_flag_that_the_daemon_does_not_know_is_a_usage_error(params string[] flags)
    {
        using var place = new Workplace();
        await RunAsync(place, Verifier, ["--", .. flags]).ContinueWith(run => run.Result.Expect(64), TestContext.Current.CancellationToken, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    [Fact]
    public async Task Sockets_of_unit_and_defaults_are_read_on_request()
    {
        using var place = new Workplace();
        var unit = place.Write("u.service", $"[Service]\nEnvironmentFile=-{place.Folder}/env\nWorkingDirectory=/srv\nUser=nobody\nExecStart=/usr/sbin/opendkim -f \\\n  -p ${{SOCKET}} $MORE\n");
        place.Write("env", "# the service\nSOCKET=\"inet:3@localhost\"\nMORE='-P /run/q -l'\n");
        var text = (await RunAsync(place, "Mode v\nKeyFile x\n", "--unit", unit)).Expect(0).Output;
        Assert.All(new[] { "socket = \"inet:3@localhost\"", "pid_file = \"/run/q\"", "user = \"nobody\"", "log_target = \"syslog\"" }, line => Assert.Contains($"\n{line}\n", text, StringComparison.Ordinal));
        var defaults = place.Write("defaults", "RUNDIR=/run/odk\nSOCKET=local:$RUNDIR/sock\nUSER=nobody\nGROUP=nogroup\nPIDFILE=$RUNDIR/$NAME.pid\nDAEMON_OPTS=\"-W -T 20\"\n");
        var other = (await RunAsync(place, Verifier, "--defaults", defaults)).Expect(0).Output;
        Assert.All(new[] { "socket = \"unix:/run/odk/sock\"", "pid_file = \"/run/odk/opendkim.pid\"", "user = \"nobody\"", "group = \"nogroup\"", "timeout = \"10000ms\"" }, line => Assert.Contains($"\n{line}\n", other, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_file_that_is_there_stays_unless_it_is_forced()
    {
        using var place = new Workplace();
        var output = Path.Combine(place.Folder, "out.toml");
        Assert.Equal("", (await RunAsync(place, Verifier, "--output", output)).Expect(0).Output);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, File.GetUnixFileMode(output));
        var text = await File.ReadAllTextAsync(output, TestContext.Current.CancellationToken);
        (await RunAsync(place, Verifier + "AuthservID new.example\n", "--output", output)).Expect(78).HasProblem(output, "--force");
        Assert.Equal(text, await File.ReadAllTextAsync(output, TestContext.Current.CancellationToken));
        (await RunAsync(place, Verifier + "AuthservID new.example\n", "--output", output, "--force")).Expect(0);
        Assert.Contains("new.example", await File.ReadAllTextAsync(output, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    private static Task<Ended> RunAsync(Workplace place, string configuration, params string[] arguments) =>
        place.RunBareAsync(["import", "opendkim", place.Write("opendkim.conf", configuration), .. arguments]);

    private static async Task<string> ImportAsync(string configuration)
    {
        using var place = new Workplace();
        return (await RunAsync(place, configuration)).Expect(0).Output;
    }
}
