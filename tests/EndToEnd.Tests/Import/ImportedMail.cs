using System.Text;
using FilterHost.EndToEnd.Tests.Harness;

namespace FilterHost.EndToEnd.Tests.Import;

/// <summary>The messages that go through both.</summary>
internal static class ImportedMail
{
    private const string Office = "192.0.2.25";

    private const string Rich = """
        Received: from a by b; Mon, 23 Nov 2026 10:00:00 +0000
        Received: from b by c; Mon, 23 Nov 2026 10:00:01 +0000
        FROM: "Joe, the first" <joe@example.com>
        Sender: ann@example.net
        To: one@there.example,
         two@there.example
        Cc: three@there.example
        Reply-To: joe@example.com
        subject:   folded
        	with a tab and  two spaces
        Date: Mon, 23 Nov 2026 10:00:00 +0000
        Message-ID: <1@example.com>
        In-Reply-To: <0@example.com>
        References: <0@example.com>
        Resent-From: joe@example.com
        Resent-Date: Mon, 23 Nov 2026 10:00:00 +0000
        List-Id: <list.example.com>
        List-Unsubscribe: <mailto:list@example.com>
        List-Unsubscribe-Post: List-Unsubscribe=One-Click
        Comments: none
        Comments: more
        X-Own: one
        X-Own: two
        MIME-Version: 1.0
        Content-Type: text/plain

        A body  with	white space  

        and trailing lines


        """;

    private static Mail Own { get; } = new("own", Plain("joe@example.com"));

    private static Mail Outside { get; } = new Mail("outside unsigned", Plain("ann@outside.example")).FromOutside("outside unsigned");

    /// <summary>All messages for OpenDKIM.</summary>
    public static async Task<IReadOnlyList<Mail>> AllAsync(string keyFile)
    {
        var signed = await SignAsync(keyFile, Plain("ann@signed.example"));
        return
        [
            Own,
            Own with { Name = "own over IPv6", ClientAddress = "::1" },
            Own with { Name = "own, elsewhere on loopback", ClientAddress = "127.0.0.2" },
            Own with { Name = "own, rich", Text = Rich },
            Own with { Name = "own, without body", Text = "From: joe@example.com\nSubject: nothing\n\n" },
            Own with { Name = "own, in capitals", Text = Plain("JOE@Example.COM") },
            Own with { Name = "own, of a sub-domain", Text = Plain("joe@sub.example.com") },
            Own with { Name = "own, of the other domain", Text = Plain("ann@example.net") },
            Own with { Name = "own, of no domain of ours", Text = Plain("ann@foreign.example") },
            Own with { Name = "own, to the list", Recipient = "<list@lists.example>" },
            Own with { Name = "own, signed already", Text = signed.Replace("ann@signed.example", "joe@example.com", StringComparison.Ordinal) },
            Own with { Name = "authenticated", ClientName = "home.example", ClientAddress = "203.0.113.5", MailMacros = [("{auth_type}", "PLAIN"), ("{auth_authen}", "joe")] },
            Own with { Name = "from the office", ClientName = "unknown.example", ClientAddress = Office },
            Own with { Name = "from the office, the exception", ClientName = "unknown.example", ClientAddress = "192.0.2.9" },
            Own with { Name = "from the office, by name", ClientName = "pc7.office.example", ClientAddress = "203.0.113.77" },
            Own with { Name = "by submission", ClientName = "home.example", ClientAddress = "203.0.113.5", ConnectMacros = [("{daemon_name}", "MSA")] },
            Own with { Name = "forged results, own", Text = "Authentication-Results: mx.test; dkim=pass\n" + Plain("joe@example.com") },
            Own.FromOutside("own domain from outside"),
            Outside,
            Outside with { Name = "outside signed", Text = signed },
            Outside with { Name = "outside broken", Text = signed.Replace("A few words", "Other words", StringComparison.Ordinal) },
            Outside with { Name = "outside without key", Text = signed.Replace("s=sel;", "s=none;", StringComparison.Ordinal) },
            Outside with { Name = "outside revoked", Text = signed.Replace("s=sel;", "s=revoked;", StringComparison.Ordinal) },
            Outside with { Name = "outside twice", Text = signed[..(signed.IndexOf("\nFrom:", StringComparison.Ordinal) + 1)].Replace("s=sel;", "s=none;", StringComparison.Ordinal) + signed },
            Outside with { Name = "outside malformed", Text = signed.Replace("bh=", "bx=", StringComparison.Ordinal) },
            Outside with { Name = "outside with X-Own", Text = "X-Own: unsigned\n" + signed },
            Outside with { Name = "forged results, outside", Text = "Authentication-Results: mx.test; dkim=pass\nAuthentication-Results: other.example; dkim=pass\nAuthentication-Results: mx.example.org; dkim=pass\nAuthentication-Results: old.example.org; dkim=pass\n" + Plain("ann@outside.example") },
            Own with { Name = "two authors", Text = Plain("joe@example.com, ann@foreign.example") },
            Own with { Name = "no author", Text = "To: ann@there.example\nSubject: nobody\n\nhello\n" },
        ];
    }

    /// <summary>All messages for OpenDMARC.</summary>
    public static IReadOnlyList<Mail> ForDmarc { get; } =
    [
        Judged("reject, nothing", "ann@reject.example", null),
        Judged("reject, aligned DKIM", "ann@reject.example", "dkim=pass header.d=reject.example"),
        Judged("reject, DKIM of a stranger", "ann@reject.example", "dkim=pass header.d=stranger.example"),
        Judged("reject, DKIM of a sub-domain", "ann@reject.example", "dkim=pass header.d=mail.reject.example"),
        Judged("reject, DKIM failed", "ann@reject.example", "dkim=fail header.d=reject.example"),
        Judged("reject, aligned SPF", "ann@reject.example", "spf=pass smtp.mailfrom=reject.example"),
        Judged("reject, SPF of its own server", "ann@reject.example", null) with { From = "<ann@reject.example>", ClientAddress = "198.51.100.7" },
        Judged("reject, SPF of another server", "ann@reject.example", null) with { From = "<ann@reject.example>", ClientAddress = "198.51.100.8" },
        Judged("reject, of a sub-domain", "ann@news.example.net", null),
        Judged("reject, of a sub-domain below an unlisted top level", "ann@news.reject.example", null),
        Judged("quarantine, nothing", "ann@quarantine.example", null),
        Judged("none, nothing", "ann@none.example", null),
        Judged("none, aligned DKIM", "ann@none.example", "dkim=pass header.d=none.example"),
        Judged("without policy", "ann@free.example", null),
        Judged("forged results", "ann@reject.example", null) with { Text = "Authentication-Results: unknown.example; dkim=pass header.d=reject.example\n" + Plain("ann@reject.example") },
        Judged("from this machine", "ann@reject.example", null) with { ClientName = "localhost", ClientAddress = "127.0.0.1" },
        Judged("from the office", "ann@reject.example", null) with { ClientAddress = Office },
        Judged("authenticated", "ann@reject.example", null) with { MailMacros = [("{auth_type}", "PLAIN"), ("{auth_authen}", "ann")] },
        Judged("two authors", "ann@reject.example, joe@none.example", null),
    ];

    private static Mail Judged(string name, string author, string? results)
    {
        var text = (results is null ? "" : $"Authentication-Results: dkim.example.org; {results}\n") + Plain(author);
        return new Mail(name, text) { From = "<bounce@stranger.example>" }.FromOutside(name);
    }

    private static string Plain(string author) => $"""
        From: {author}
        To: ann@there.example
        Subject: a message
        Date: Mon, 23 Nov 2026 10:00:00 +0000
        Message-ID: <plain@example.com>

        A few words.

        """;

    private static async Task<string> SignAsync(string keyFile, string text)
    {
        var (code, output, errors) = await Machine.RunAsync(FilterHostProcess.Program, ["filter", "--sign", "--domain", "signed.example", "--selector", "sel", "--key", keyFile, "-"], Encoding.Latin1.GetBytes(text.ReplaceLineEndings("\r\n")));
        Assert.True(code == 0, errors);
        return output.ReplaceLineEndings("\n");
    }
}
