using System.Diagnostics;

namespace FilterHost.Tests;

public sealed class CheckCommandTests
{
    private const UnixFileMode Everybody =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    // p= of no key of ours.
    private const string OtherKey = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

    [Fact]
    public async Task Settings_without_a_fault_are_good()
    {
        using var place = await WithKeyAsync("@");
        var ended = (await place.RunAsync("check")).Expect(0);
        Assert.EndsWith("good\n", ended.Output, StringComparison.Ordinal);
        Assert.Equal("", ended.Errors);
    }

    [Theory]
    [InlineData("", 0, "warning: ", "s._domainkey.example.com has no key record")]
    [InlineData("s._domainkey.example.com. TXT \"v=spf1 -all\"", 0, "warning: ", "has no key record")]
    [InlineData("s._domainkey.example.com. TXT \"v=DKIM1; k=ed25519; p=" + OtherKey + "\"", 78, "defect: ", "has another key (p=)")]
    [InlineData("s._domainkey.example.com. TXT \"v=DKIM1; p=" + OtherKey + "\"", 78, "defect: ", "another type (k=)")]
    [InlineData("s._domainkey.example.com. TXT \"v=DKIM1; k=ed25519; p=\"", 78, "defect: ", "revoked")]
    public async Task A_wrong_record_is_a_defect_and_a_missing_one_a_warning_with_the_record_to_publish(string zone, int code, string severity, string text)
    {
        using var place = await WithKeyAsync(zone);
        (await place.RunAsync("check")).Expect(code).HasProblem($"{place.Settings}:1:10: service.keys: {severity}", text, "Publish: s._domainkey.example.com. IN TXT (");
        // The host runs all the same: what DNS has is not its own to refuse.
        (await place.RunAsync("check", "--no-dns")).Expect(0);
    }

    [Theory]
    [InlineData("; h=sha1;", 78, "does not allow sha256")]
    [InlineData("; s=tlsrpt;", 78, "not for email")]
    [InlineData("; t=s;", 78, "t=s")]
    [InlineData("; t=y;", 0, "under test")]
    [InlineData("; h=sha256; s=email;", 0, null)]
    public async Task The_tags_of_the_record_are_looked_at(string tags, int code, string? text)
    {
        using var place = await WithKeyAsync("@", "user_identifier = \"@mail.example.com\"\n");
        var zone = Path.Combine(place.Folder, "zone");
        File.WriteAllText(zone, File.ReadAllText(zone).Replace("; k=", $"{tags} k=", StringComparison.Ordinal));
        var ended = (await place.RunAsync("check")).Expect(code);
        if (text is null)
            Assert.Equal("", ended.Errors);
        else
            ended.HasProblem(text);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Several_records_of_one_name_are_a_warning_in_whatever_order_they_come(bool isFirst)
    {
        using var place = await WithKeyAsync("@");
        var zone = Path.Combine(place.Folder, "zone");
        var (ours, other) = (await File.ReadAllTextAsync(zone, TestContext.Current.CancellationToken), $"s._domainkey.example.com. TXT \"v=DKIM1; k=ed25519; p={OtherKey}\"\n");
        await File.WriteAllTextAsync(zone, isFirst ? ours + other : other + ours, TestContext.Current.CancellationToken);
        (await place.RunAsync("check")).Expect(0).HasProblem("warning: ", "2 key records");
    }

    [Fact]
    public async Task A_name_that_cannot_be_looked_up_now_is_a_warning()
    {
        using var place = await WithKeyAsync("s._domainkey.example.com. FAIL SERVFAIL");
        (await place.RunAsync("check")).Expect(0).HasProblem("warning: ", "s._domainkey.example.com could not be looked up");
    }

    [Fact]
    public async Task A_key_that_does_not_sign_yet_may_have_a_wrong_record()
    {
        using var place = new Workplace().With(Samples.Signer("directory = \"keys\"\nselector = \"now\"") + "[service.dns]\nplugin = \"ZoneFileResolver\"\nfile = \"zone\"\n");
        File.SetUnixFileMode(place.Folder, Everybody);
        place.Write("zone", $"now._domainkey.example.com. TXT \"v=DKIM1; p={OtherKey}\"\nnext._domainkey.example.com. TXT \"v=DKIM1; p={OtherKey}\"\n");
        place.Write("keys/example.com/next.pem", Samples.RsaPem);
        place.Write("keys/example.com/now.pem", Samples.RsaPem);
        var ended = (await place.RunAsync("check", "--mta-user", Environment.UserName)).Expect(78);
        ended.HasProblem("defect: ", "now._domainkey.example.com");
        ended.HasProblem("warning: ", "next._domainkey.example.com");
    }

    [Fact]
    public async Task Where_nothing_resolves_names_that_is_said()
    {
        using var place = new Workplace().With(Samples.Signer());
        place.Write("keys/example.com/s.pem", Samples.RsaPem);
        Assert.Contains("no service resolves names", (await place.RunAsync("check", "--mta-user", Environment.UserName)).Expect(0).Output, StringComparison.Ordinal);
        Assert.Contains("(--no-dns)", (await place.RunAsync("check", "--no-dns", "--mta-user", Environment.UserName)).Expect(0).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_the_MTA_cannot_enter_is_a_warning()
    {
        using var place = new Workplace().With("[[listener]]\nsocket = \"unix:s\"\nmode = \"0666\"\nfilters = []\n");
        SkipUnlessNobody();
        (await place.RunAsync("check", "--mta-user", "nobody")).Expect(0)
            .HasProblem($"{place.Settings}:2:1: listener[0].socket: warning: ", $"nobody cannot enter {place.Folder} (mode 0700", $"chmod o+x {place.Folder}");
        File.SetUnixFileMode(place.Folder, Everybody);
        Assert.Equal("", (await place.RunAsync("check", "--mta-user", "nobody")).Expect(0).Errors);
    }

    [Fact]
    public async Task A_socket_that_the_MTA_may_not_write_to_is_a_warning()
    {
        using var place = new Workplace().With(Samples.Nothing);
        SkipUnlessNobody();
        File.SetUnixFileMode(place.Folder, Everybody);
        (await place.RunAsync("check", "--mta-user", "nobody")).Expect(0)
            .HasProblem($"{place.Settings}:1:3: listener[0].mode: warning: ", "nobody may not write to the socket", "mode 0660", "group = \"nobody\"");
        await using var host = await place.With("[[listener]]\nsocket = \"unix:s\"\nmode = \"0666\"\nfilters = []\n").ListenAsync();
        // The socket that is there counts, not what the settings would make of it next time.
        Assert.Equal("", (await place.With(Samples.Nothing).RunAsync("check", "--mta-user", "nobody")).Expect(0).Errors);
    }

    [Fact]
    public async Task An_MTA_user_who_is_not_there_is_said()
    {
        using var place = new Workplace().With(Samples.Nothing);
        Assert.Contains("there is no user no-such-user", (await place.RunAsync("check", "--mta-user", "no-such-user")).Expect(0).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_socket_outside_the_chroot_is_a_warning()
    {
        using var place = new Workplace().With(Samples.Nothing);
        place.WithPostfix($"queue_directory = {place.Folder}/spool\nsmtpd_milters = unix:../s, unix:s",
            "smtp      inet  n       -       y       -       -       smtpd\n  -o myhostname=y.example\ncleanup   unix  n       -       n       -       0       cleanup\n");
        (await place.RunAsync("check", "--mta-user", Environment.UserName)).Expect(0).HasProblem("warning: ", "smtp (smtpd), which run in the chroot", $"chroot {place.Folder}/spool", "postconf -F smtp/inet/chroot=n");
        Directory.CreateDirectory(Path.Combine(place.Folder, "spool"));
        Assert.Equal("", (await place.With("[[listener]]\nsocket = \"unix:spool/s\"\nfilters = []\n").RunAsync("check", "--mta-user", Environment.UserName)).Expect(0).Errors);
    }

    [Fact]
    public async Task A_socket_that_is_mounted_in_the_chroot_is_seen_there()
    {
        using var place = new Workplace().With("[[listener]]\nsocket = \"unix:s\"\nmode = \"0666\"\nfilters = []\n");
        await using var host = await place.ListenAsync();
        var inside = $"{place.Folder}/spool{place.Folder}";
        place.WithPostfix($"queue_directory = {place.Folder}/spool\nsmtpd_milters = unix:{place.Folder}/s", "smtp inet n - y - - smtpd\n");
        (await place.RunAsync("check", "--mta-user", Environment.UserName)).Expect(0).HasProblem("which run in the chroot");
        // What a symbolic link names is not there for who is in the chroot; a second name of the socket is, as a bound folder has it.
        Directory.CreateDirectory(Path.GetDirectoryName(inside)!);
        Directory.CreateSymbolicLink(inside, place.Folder);
        (await place.RunAsync("check", "--mta-user", Environment.UserName)).Expect(0).HasProblem("which run in the chroot");
        Directory.Delete(inside);
        Directory.CreateDirectory(inside);
        using (var link = Process.Start("ln", [$"{place.Folder}/s", $"{inside}/s"]))
            await link.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal("", (await place.RunAsync("check", "--mta-user", Environment.UserName)).Expect(0).Errors);
    }

    private static void SkipUnlessNobody()
    {
        if (!File.ReadLines("/etc/passwd").Any(line => line.StartsWith("nobody:", StringComparison.Ordinal)))
            Assert.Skip("there is no user nobody");
    }

    // An Ed25519 key s of example.com and a zone; @ is the right record. TCP, so that the MTA's user does not matter.
    private static async Task<Workplace> WithKeyAsync(string zone, string entry = "")
    {
        var place = new Workplace().With(Samples.Signer($"[[service.keys.keys]]\ndomain = \"example.com\"\nselector = \"s\"\nfile = \"s.pem\"\n{entry}", "inet:8891@localhost")
            + "[service.dns]\nplugin = \"ZoneFileResolver\"\nfile = \"zone\"\n");
        var record = (await place.RunAsync("keys", "generate", "-d", "example.com", "-s", "s", "--ed25519")).Expect(0).Output;
        place.Write("zone", (zone == "@" ? record : zone) + "\n");
        return place;
    }
}
