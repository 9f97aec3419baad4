namespace FilterHost.Tests;

public sealed class SendmailCommandTests
{
    [Theory]
    [InlineData("inet:8891@localhost", "inet:8891@127.0.0.1")]
    [InlineData("inet:8891@0.0.0.0", "inet:8891@127.0.0.1", "inet:8891@0.0.0.0 listens at every address")]
    [InlineData("inet6:8891@localhost", "inet6:8891@::1")]
    [InlineData("inet:8891@mail.example.com", "inet:8891@mail.example.com")]
    [InlineData("unix:/run/filterhost/dkim.sock", "local:/run/filterhost/dkim.sock", "Sendmail takes a socket for unsafe")]
    public async Task The_line_names_the_socket_as_Sendmail_writes_it_and_fails_closed(string socket, string named, string? note = null)
    {
        var allow = socket.StartsWith("inet", StringComparison.Ordinal) ? "allow = [\"192.0.2.1\"]\n" : "";
        using var place = new Workplace().With($"[[listener]]\nsocket = \"{socket}\"\n{allow}filters = []\n");
        var output = (await place.RunAsync("sendmail")).Expect(0).Output;
        Assert.Equal([$"INPUT_MAIL_FILTER(`filterhost', `S={named}, F=T, T=S:30s;R:30s;E:5m')dnl"], Lines(output));
        Assert.Equal(note is not null, output.Contains("dnl Note: ", StringComparison.Ordinal));
        Assert.Contains($"dnl Note: {note}", output + (note is null ? "dnl Note: " : ""), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Several_listeners_have_names_of_their_own_in_the_order_of_the_file()
    {
        using var place = new Workplace().WithListeners(("inet:1@localhost", ""), ("inet:2@localhost", ""));
        var lines = Lines((await place.RunAsync("sendmail")).Expect(0).Output);
        Assert.Equal(2, lines.Length);
        Assert.StartsWith("INPUT_MAIL_FILTER(`filterhost', `S=inet:1@127.0.0.1,", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("INPUT_MAIL_FILTER(`filterhost2', `S=inet:2@127.0.0.1,", lines[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("8s", "240s", "S:30s;R:30s;E:5m")]
    [InlineData("1s", "1s", "S:30s;R:30s;E:5m")]
    [InlineData("48s", "300s", "S:30s;R:1m;E:375s")]
    public async Task Times_are_longer_than_the_budgets(string command, string end, string times)
    {
        using var place = new Workplace().With($"command_budget = \"{command}\"\nend_of_message_budget = \"{end}\"\n{Samples.Nothing}");
        Assert.Contains($", T={times}')dnl", (await place.RunAsync("sendmail")).Expect(0).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Macros_have_lines_only_where_a_filter_asks_for_further_ones()
    {
        using var place = new Workplace().WithListeners(
            ("inet:1@localhost", "connect_macros = [\"{client_addr}\"]; data_macros = [\"{auth_type}\"]"), ("inet:2@localhost", "connect_macros = [\"{client_port}\", \"{client_addr}\"]"));
        var lines = Lines((await place.RunAsync("sendmail")).Expect(0).Output);
        // Sendmail has usual macros for CONNECT, to which these are added, and none for DATA. Both lines come after INPUT_MAIL_FILTER.
        Assert.Equal(
            ["define(`confMILTER_MACROS_CONNECT', confMILTER_MACROS_CONNECT`, {client_addr}, {client_port}')dnl", "define(`confMILTER_MACROS_DATA', `i, {auth_type}')dnl"],
            lines[2..]);
    }

    [Fact]
    public async Task Mail_does_not_wait_for_a_listener_that_only_observes()
    {
        using var place = new Workplace().WithListeners(("inet:1@localhost", ""), ("inet:2@localhost\"\nobserve = true\n#", "signs = true"));
        var output = (await place.RunAsync("sendmail")).Expect(0).Output;
        Assert.Equal(
            ["INPUT_MAIL_FILTER(`filterhost', `S=inet:1@127.0.0.1, F=T, T=S:30s;R:30s;E:5m')dnl", "INPUT_MAIL_FILTER(`filterhost2', `S=inet:2@127.0.0.1, T=S:30s;R:30s;E:5m')dnl"], Lines(output));
        Assert.Contains("dnl Note: inet:2@localhost only observes", output, StringComparison.Ordinal);
        Assert.DoesNotContain("Every process of this machine", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_JSON_has_the_same()
    {
        using var place = new Workplace().WithListeners(("inet:1@localhost", "signs = true; data_macros = [\"{auth_type}\"]"));
        using var json = (await place.RunAsync("sendmail", "--json")).Expect(0).ReadJson();
        Assert.StartsWith("INPUT_MAIL_FILTER(", Assert.Single(json.RootElement.GetProperty("input_mail_filters").EnumerateArray()).GetString(), StringComparison.Ordinal);
        Assert.StartsWith("define(", Assert.Single(json.RootElement.GetProperty("macros").EnumerateArray()).GetString(), StringComparison.Ordinal);
        Assert.StartsWith("Every process of this machine", Assert.Single(json.RootElement.GetProperty("remarks").EnumerateArray()).GetString(), StringComparison.Ordinal);
    }

    private static string[] Lines(string output) => [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => !line.StartsWith("dnl ", StringComparison.Ordinal))];
}
