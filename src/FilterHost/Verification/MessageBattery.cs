using System.Net;
using System.Text;
using FilterHost.Hosting.Pipeline;
using FilterHost.MailAuth.Dns;

namespace FilterHost.Verification;

/// <summary>Messages as they come from a network of strangers. Whatever a filter makes of them, it must neither throw nor overrun.</summary>
internal static class MessageBattery
{
    private const string Usual = "Date: Fri, 02 Jan 2026 03:04:05 +0000\r\nFrom: Alice <alice@example.com>\r\nTo: Bob <bob@example.net>\r\nSubject: Greetings\r\nMessage-ID: <1@example.com>\r\n";

    private const string Records = """
        example.com. TXT "v=spf1 ip4:192.0.2.1 -all"
        example.com. MX 10 mail.example.com.
        mail.example.com. A 192.0.2.1
        _dmarc.example.com. TXT "v=DMARC1; p=none"
        slow._domainkey.example.com. FAIL TIMEOUT
        """;

    private const int ManyFields = 10_000;

    private const int HugeBody = 20 << 20;

    /// <summary>The author's domain of most messages.</summary>
    public static DomainName Domain { get; } = DomainName.Parse("example.com");

    /// <summary>DNS as it stands around the messages.</summary>
    public static ZoneFile Zone { get; } = ZoneFile.TryParse(Records, out var zone, out var problem) ? zone : throw new InvalidOperationException(problem);

    /// <summary>The messages, each by itself on a connection but where it says otherwise.</summary>
    public static IReadOnlyList<BatteryMessage> All { get; } =
    [
        Text("a usual message", Usual + "\r\nHello Bob,\r\nhow are you?\r\n"),
        Text("an empty message", ""),
        Text("no header", "\r\nonly a body\r\n"),
        Text("only a header", Usual),
        Text("no From", "Subject: x\r\n\r\nbody\r\n"),
        Text("several From", "From: a@example.com\r\nFrom: b@example.org\r\nFrom: a@example.com, c@example.net\r\n\r\nbody\r\n"),
        Text("fields that are none", "From:\r\nSubject:\r\n: no name\r\nDate: never\r\nContent-Type: ;;;=\r\nFrom: \"unclosed <x@@>, <\r\nX-Folded: a\r\n\tb\r\n \r\n c\r\n\r\nbody\r\n"),
        Text("signatures and results that are none", "DKIM-Signature: v=1; a=rsa-sha256; d=example.com; s=slow; h=from; bh=AA==; b=AA==\r\nDKIM-Signature: v=9;;=\r\nAuthentication-Results: ;\r\nReceived-SPF: (\r\nARC-Seal: i=0\r\n"
            + Usual + "\r\nbody\r\n"),
        Octets("8-bit header and body", [.. "From: "u8, 0xE4, 0xFF, 0xC3, .. " <a@example.com>\r\nSubject: "u8, 0x80, 0xFE, .. "\r\nX-"u8, 0xE9, .. ": 1\r\n\r\n"u8, 0xC3, 0x28, 0xA0, 0xFF, .. "\r\n"u8]),
        new("SMTPUTF8 envelope and header", () => [Input("From: Jörg <jörg@bücher.example>\r\nSubject: Grüße 💌\r\n\r\nschön\r\n"u8.ToArray()) with
        {
            ReversePath = "<jörg@bücher.example>", Parameters = ["SMTPUTF8", "BODY=8BITMIME"], Recipients = ["<用户@例え.example>"],
        }]),
        Octets("NUL octets", [.. "From: a@example.com\r\nSubject: a"u8, 0, .. "b\r\n\r\nbody "u8, 0, 0, .. "\r\n"u8]),
        Text("bare CR and LF", "From: a@example.com\r\nSubject: a\rb\r\n\r\na\rb\nc\n\rd\r\r\n.\n.\r\n"),
        Text("no end of the last line", Usual + "\r\nbody"),
        Text("malformed MIME", Usual + "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"b\r\nContent-Transfer-Encoding: base64, 7bit\r\n\r\n--b\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!=\r\n--c--\r\n"),
        new("nested MIME, 500 deep", () => [Input(NestedMime(500))]),
        new("one line of 1 MB", () => [Input(WithBody(Repeat("x"u8, 1 << 20)))]),
        new("a field of 200 kB", () => [Input([.. "Subject: "u8, .. Repeat("word "u8, 200 << 10), .. "\r\n"u8, .. Encoding.ASCII.GetBytes(Usual), .. "\r\nbody\r\n"u8])]),
        new("10,000 header fields", () => [Input([.. Repeat("X-Many: some value\r\n"u8, (ManyFields - 5) * 20), .. Encoding.ASCII.GetBytes(Usual), .. "\r\nbody\r\n"u8])]),
        new("a body of 20 MB", () => [Input(WithBody(Repeat("The quick brown fox jumps over the lazy dog.\r\n"u8, HugeBody)))]),
        new("a body in chunks of one octet", () => [Input(WithBody(Repeat("line\r\n"u8, 6_000))) with { ChunkSize = 1 }]),
        new("the null reverse-path", () => [Input(WithBody("a bounce\r\n"u8)) with { ReversePath = "<>", Helo = "" }]),
        new("paths that are none", () => [Input(WithBody("body\r\n"u8)) with { ReversePath = "<@a,@b:\"x y\"@[IPv6:::1]>", Recipients = ["<>", "bob", "<@>", "<\"quoted local\"@example.net>", $"<{new string('x', 4_000)}@example.net>"] }]),
        new("an unknown client", () => [Input(WithBody("body\r\n"u8)) with { ClientAddress = null, ClientName = "unknown", Helo = "[\xff]" }]),
        new("1,000 recipients", () => [Input(WithBody("body\r\n"u8)) with { Recipients = [.. Enumerable.Range(0, 1_000).Select(static number => $"<r{number}@example.net>")] }]),
        // As Postfix tells of them: the mailer's name is "error", and no message follows.
        new("recipients that the MTA refuses", () => [Input([]) with
        {
            Macros = new Dictionary<string, string> { ["j"] = "mx.example.net", ["{rcpt_mailer}"] = "error", ["{rcpt_addr}"] = "5.1.1 unknown user" }, End = InputEnd.Recipients,
        }]),
        new("a reset after the recipients, then a message", () => [Input([]) with { End = InputEnd.Recipients }, Input(WithBody("body\r\n"u8))]),
        new("a connection that breaks in the body", () => [Input(WithBody(Repeat("line\r\n"u8, 200_000))) with { End = InputEnd.Body }]),
        new("two messages on a connection", () => [Input(WithBody("first\r\n"u8)), Input(WithBody("second\r\n"u8))]),
        new("an authenticated client", () => [Input(WithBody("body\r\n"u8)) with
        {
            Macros = new Dictionary<string, string> { ["j"] = "mx.example.net", ["i"] = "4ABCDE1234", ["{auth_type}"] = "PLAIN", ["{auth_authen}"] = "alice" },
        }]),
        new("an internal client", () => [Input(WithBody("body\r\n"u8)) with { ClientAddress = IPAddress.Loopback, ClientName = "localhost" }]),
    ];

    private static BatteryMessage Text(string name, string message) => new(name, () => [Input(Encoding.ASCII.GetBytes(message))]);

    private static BatteryMessage Octets(string name, byte[] message) => new(name, () => [Input(message)]);

    private static MessageInput Input(byte[] message) => new()
    {
        Message = message,
        ClientAddress = IPAddress.Parse("192.0.2.1"),
        ClientName = "mail.example.com",
        Helo = "mail.example.com",
        ReversePath = "<alice@example.com>",
        Recipients = ["<bob@example.net>"],
        Macros = new Dictionary<string, string> { ["j"] = "mx.example.net", ["i"] = "4ABCDE1234" },
    };

    private static byte[] WithBody(ReadOnlySpan<byte> body) => [.. Encoding.ASCII.GetBytes(Usual), .. "\r\n"u8, .. body];

    private static byte[] Repeat(ReadOnlySpan<byte> text, int length)
    {
        var octets = new byte[length];
        for (var start = 0; start < length; start += text.Length)
            text[..Math.Min(text.Length, length - start)].CopyTo(octets.AsSpan(start));
        return octets;
    }

    private static byte[] NestedMime(int depth)
    {
        var message = new StringBuilder(Usual + "MIME-Version: 1.0\r\n");
        for (var level = 0; level < depth; level++)
            message.Append(System.Globalization.CultureInfo.InvariantCulture, $"Content-Type: multipart/mixed; boundary=b{level}\r\n\r\n--b{level}\r\n");
        return Encoding.ASCII.GetBytes(message.Append("Content-Type: text/plain\r\n\r\nbottom\r\n").ToString());
    }
}
