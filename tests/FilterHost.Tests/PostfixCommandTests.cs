namespace FilterHost.Tests;

public sealed class PostfixCommandTests
{
    [Theory]
    [InlineData("inet:8891@localhost", "inet:127.0.0.1:8891")]
    [InlineData("inet:8891@127.0.0.2", "inet:127.0.0.2:8891")]
    [InlineData("inet6:8891@localhost", "inet:[::1]:8891")]
    [InlineData("inet6:8891@::1", "inet:[::1]:8891")]
    [InlineData("inet:8891@0.0.0.0", "inet:127.0.0.1:8891", "# inet:8891@0.0.0.0 listens at every address")]
    [InlineData("inet:8891@mail.example.com", "inet:mail.example.com:8891")]
    [InlineData("unix:/run/filterhost/dkim.sock", "unix:/run/filterhost/dkim.sock", "# /run/filterhost/dkim.sock: where smtpd or cleanup runs in a chroot")]
    [InlineData("unix:/var/spool/postfix/filterhost/dkim.sock", "unix:filterhost/dkim.sock")]
    public async Task The_lines_name_the_socket_as_Postfix_writes_it_and_fail_closed(string socket, string milter, string? remark = null)
    {
        var allow = socket.StartsWith("inet", StringComparison.Ordinal) ? "allow = [\"192.0.2.1\"]\n" : "";
        using var place = new Workplace().With($"[[listener]]\nsocket = \"{socket}\"\n{allow}filters = []\n");
        var lines = (await place.RunAsync("postfix")).Expect(0).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains($"smtpd_milters = {milter}", lines);
        Assert.Contains($"non_smtpd_milters = {milter}", lines);
        Assert.Contains("milter_default_action = tempfail", lines);
        Assert.Contains("milter_protocol = 6", lines);
        var remarks = lines.Where(line => line.StartsWith('#')).ToArray();
        if (remark is null)
            Assert.Empty(remarks);
        else
            Assert.StartsWith(remark, Assert.Single(remarks), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Several_listeners_are_one_chain_in_the_order_of_the_file()
    {
        using var place = new Workplace().With("[[listener]]\nsocket = \"inet:1@localhost\"\nfilters = []\n[[listener]]\nsocket = \"inet:2@localhost\"\nfilters = []\n");
        Assert.StartsWith("smtpd_milters = inet:127.0.0.1:1, inet:127.0.0.1:2\n", (await place.RunAsync("postfix")).Expect(0).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_chroot_that_hides_the_socket_is_said_with_its_services()
    {
        using var place = new Workplace().With("[[listener]]\nsocket = \"unix:/run/x/s\"\nfilters = []\n");
        place.Write("postfix/master.cf", "smtp inet n - y - - smtpd\nsubmission inet n - y - - smtpd\n");
        var output = (await place.RunAsync("postfix")).Expect(0).Output;
        Assert.StartsWith("# /run/x/s cannot be reached by Postfix's smtp (smtpd), submission (smtpd), which run in the chroot /var/spool/postfix", output, StringComparison.Ordinal);
    }
}
