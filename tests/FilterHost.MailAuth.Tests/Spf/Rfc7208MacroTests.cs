using System.Net;
using System.Text;
using CsCheck;
using FilterHost.MailAuth.Spf;

namespace FilterHost.MailAuth.Tests.Spf;

/// <summary>RFC 7208 §7: macros.</summary>
public sealed class Rfc7208MacroTests
{
    // RFC 7208 §7.4, verbatim: sender strong-bad@email.example.com, client 192.0.2.3, domain email.example.com, validated name mx.example.org.
    [Theory]
    [InlineData("%{s}", "strong-bad@email.example.com")]
    [InlineData("%{o}", "email.example.com")]
    [InlineData("%{d}", "email.example.com")]
    [InlineData("%{d4}", "email.example.com")]
    [InlineData("%{d3}", "email.example.com")]
    [InlineData("%{d2}", "example.com")]
    [InlineData("%{d1}", "com")]
    [InlineData("%{dr}", "com.example.email")]
    [InlineData("%{d2r}", "example.email")]
    [InlineData("%{l}", "strong-bad")]
    [InlineData("%{l-}", "strong.bad")]
    [InlineData("%{lr}", "strong-bad")]
    [InlineData("%{lr-}", "bad.strong")]
    [InlineData("%{l1r-}", "strong")]
    [InlineData("%{ir}.%{v}._spf.%{d2}", "3.2.0.192.in-addr._spf.example.com")]
    [InlineData("%{lr-}.lp._spf.%{d2}", "bad.strong.lp._spf.example.com")]
    [InlineData("%{lr-}.lp.%{ir}.%{v}._spf.%{d2}", "bad.strong.lp.3.2.0.192.in-addr._spf.example.com")]
    [InlineData("%{ir}.%{v}.%{l1r-}.lp._spf.%{d2}", "3.2.0.192.in-addr.strong.lp._spf.example.com")]
    [InlineData("%{d2}.trusted-domains.example.net", "example.com.trusted-domains.example.net")]
    public void The_examples_of_7_4_expand_as_they_say(string macros, string expansion) => Assert.Equal(expansion, Expanded(macros));

    [Fact]
    public void The_IPv6_example_of_7_4_expands_to_nibbles() =>
        Assert.Equal("1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6._spf.example.com", Expanded("%{ir}.%{v}._spf.%{d2}", client: "2001:db8::cb01"));

    [Theory]
    [InlineData("%{L}", "a b\u00e9/@", "a%20b%C3%A9%2F%40")]
    [InlineData("%{L}", "-._~azAZ09", "-._~azAZ09")]
    [InlineData("%{Lr-}", "x-y z", "y%20z.x")]
    [InlineData("%%%_%-", "x", "% %20")]
    [InlineData("%{l0001}", "a.b", "b")]
    [InlineData("%{l99999999999999999999}", "a.b", "a.b")]
    [InlineData("%{lr.-+,/_=}", "a.b-c+d,e/f_g=h", "h.g.f.e.d.c.b.a")]
    [InlineData("%{l2}", "...", ".")]
    public void Transformers_and_escapes(string macros, string localPart, string expansion) => Assert.Equal(expansion, Expanded(macros, localPart));

    /// <summary>Every letter with every count, reversal and delimiter, against a second way to say it.</summary>
    [Fact]
    public void Every_combination_of_transformers_means_split_reverse_take_and_join()
    {
        string[] localParts = ["", "a", "a.b", "..", "-a+b--c", new string('x', 300) + ".y", "\u00e9.\ud83d\ude00-\ud83d"];
        foreach (var localPart in localParts)
        {
            foreach (var count in new[] { "", "1", "2", "3", "127", "2147483648" })
            {
                foreach (var reverse in new[] { "", "r" })
                {
                    foreach (var delimiters in new[] { "", ".", "-", "+-", "_=/,." })
                    {
                        var parts = localPart.Split((delimiters.Length == 0 ? "." : delimiters).ToCharArray()).AsEnumerable();
                        parts = reverse.Length > 0 ? parts.Reverse() : parts;
                        var expected = string.Join('.', count.Length == 0 ? parts : parts.TakeLast((int)Math.Min(int.MaxValue, long.Parse(count, System.Globalization.CultureInfo.InvariantCulture))));
                        Assert.Equal(expected, Expanded($"%{{l{count}{reverse}{delimiters}}}", localPart));
                        Assert.Equal(Uri.EscapeDataString(expected), Expanded($"%{{L{count}{reverse}{delimiters}}}", localPart));
                    }
                }
            }
        }
    }

    [Fact]
    public void Whatever_the_text_and_the_client_say_an_expansion_is_a_name_or_none_and_never_an_exception()
    {
        string[] pieces = ["%{", "}", "%%", "%_", "%-", "l", "S", "s", "d", "i", "h", "P", "v", "r", "1", "0", "128", "9", ".", "-", "/", "=", "example", "com", "%{l}", "%{ir}", "%{d2}", "%{h}.", "%{lr-}.", "x.com", "\u00e9", "\0", " "];
        Gen.Select(Gen.Int[0, pieces.Length - 1].Array[0, 40], Gen.String[0, 600], Gen.String[0, 600]).Sample((chosen, localPart, helo) =>
        {
            if (DomainSpec.Parse(string.Concat(chosen.Select(index => pieces[index]))) is not { } spec)
                return;
            var request = SpfRequest.ForSender(IPAddress.Parse("2001:db8::1"), helo, localPart, "example.com");
            var name = spec.Expand(new MacroValues(request, request.Domain!, null, default));
            Assert.True(name is null || name.ToString().Length <= DomainName.MaximumLength);
        }, iter: 20_000);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(400)]
    public void A_name_that_is_too_long_loses_labels_on_the_left(int count)
    {
        var text = string.Concat(Enumerable.Repeat("%{l}.", count)) + "example.com";
        var request = SpfRequest.ForSender(IPAddress.Parse("192.0.2.1"), null, new string('a', 60) + "." + new string('b', 61), "example.com");
        var whole = string.Concat(Enumerable.Repeat($"{request.LocalPart}.", count)) + "example.com";
        while (whole.Length > DomainName.MaximumLength)
            whole = whole[(whole.IndexOf('.', StringComparison.Ordinal) + 1)..];
        Assert.Equal(whole, DomainSpec.Parse(text)!.Expand(new MacroValues(request, request.Domain!, null, default))!.ToString());
    }

    // RFC 8616 §4
    [Theory]
    [InlineData("v=spf1 exists:%{L}.example.com -all")]
    [InlineData("v=spf1 exists:%{l1r+}.example.com -all")]
    [InlineData("v=spf1 exists:%{S}.example.com -all")]
    public async Task Terms_with_the_local_part_never_match_where_it_is_not_ASCII(string record)
    {
        var zone = SpfZone.Of($"example.com TXT {record}", "caf%c3%a9.example.com A 127.0.0.2", "caf%c3%a9%40example.com.example.com A 127.0.0.2");
        Assert.Equal("fail", (await Evaluating.MailFromAsync(zone, "<caf\u00e9@example.com>")).Result.Word);
        Assert.Equal(["TXT example.com"], zone.Questions);
    }

    [Theory]
    [InlineData("%{p}", "one.example.com", "one.example.com", "other.test")]
    [InlineData("%{p}", "example.com", "one.example.com", "example.com")]
    [InlineData("%{p}", "other.test", "other.test")]
    [InlineData("%{p}", "unknown", "lies.test")]
    [InlineData("%{p}", "unknown")]
    public async Task The_client_s_name_is_the_domain_itself_or_one_below_it_or_any_that_is_validated(string macro, string expected, params string[] names)
    {
        var zone = SpfZone.Of([$"example.com TXT v=spf1 exists:{macro}.x.test -all", .. names.Select(static name => $"1.2.0.192.in-addr.arpa PTR {name}"),
            "one.example.com A 192.0.2.1", "other.test A 192.0.2.1", "lies.test A 192.0.2.9", "example.com A 192.0.2.1"]);
        await Evaluating.MailFromAsync(zone);
        Assert.Contains($"A {expected}.x.test", zone.Questions);
    }

    private static string Expanded(string macros, string localPart = "strong-bad", string client = "192.0.2.3")
    {
        Assert.True(MacroString.TryParse(macros, out var parsed));
        var request = SpfRequest.ForSender(IPAddress.Parse(client), "mx.example.org", localPart.Length == 0 ? "\u0001" : localPart, "email.example.com");
        var text = new StringBuilder();
        parsed.Expand(text, new MacroValues(request, request.Domain!, "mx.example.org", default), static _ => false);
        return localPart.Length == 0 ? text.ToString().Replace("%01", "", StringComparison.Ordinal).Replace("\u0001", "", StringComparison.Ordinal) : text.ToString();
    }
}
