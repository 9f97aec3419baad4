using System.Net;
using System.Text;
using FilterHost.MailAuth.Spf;

namespace FilterHost.MailAuth.Tests.Spf;

/// <summary>RFC 7208 §9.1.</summary>
public sealed class ReceivedSpfFieldTests
{
    [Fact]
    public async Task The_field_has_the_keys_of_9_1_each_on_its_line()
    {
        var result = (await Evaluating.MailFromAsync(SpfZone.Of("example.com TXT v=spf1 ip4:192.0.2.0/24 -all"))).Result;
        Assert.Equal(" pass identity=mailfrom;\r\n\tenvelope-from=\"user@example.com\";\r\n\tclient-ip=192.0.2.1;\r\n\thelo=mail.example.com;\r\n\treceiver=mx.example.net;\r\n\tmechanism=\"ip4:192.0.2.0/24\"",
            Body(result, "<user@example.com>"));
    }

    [Fact]
    public async Task The_HELO_identity_names_the_reverse_path_too()
    {
        var result = (await Evaluating.HeloAsync(SpfZone.Of("mail.example.com TXT v=spf1"), "mail.example.com", "2001:db8::1")).Result;
        Assert.Equal(" neutral identity=helo;\r\n\tenvelope-from=\"<>\";\r\n\tclient-ip=\"2001:db8::1\";\r\n\thelo=mail.example.com;\r\n\treceiver=mx.example.net;\r\n\tmechanism=default", Body(result, "<>", "2001:db8::1"));
    }

    [Fact]
    public async Task An_error_says_its_problem()
    {
        var result = (await Evaluating.MailFromAsync(SpfZone.Of("example.com TXT v=spf1 \"\\("))).Result;
        Assert.EndsWith(";\r\n\tproblem=\"record of example.com: syntax error at '\\\"\\\\('\"", Body(result, "<user@example.com>"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Values_are_cut_and_what_is_not_printable_ASCII_is_replaced()
    {
        var result = (await Evaluating.MailFromAsync(SpfZone.Of("example.com TXT v=spf1"))).Result;
        var body = Body(result, $"<\"\u00e9\r\n\0{new string('\\', 2000)}\"@example.com>");
        Assert.Contains("envelope-from=\"\\\"????", body, StringComparison.Ordinal);
        Assert.All(body.Split("\r\n"), static line => Assert.InRange(line.Length, 1, 998));
    }

    private static string Body(SpfResult result, string path, string client = "192.0.2.1") =>
        Encoding.UTF8.GetString(ReceivedSpfField.Create(result, IPAddress.Parse(client), "mail.example.com", EnvelopeAddress.Parse(Encoding.UTF8.GetBytes(path)), "mx.example.net").Body.Span);
}
