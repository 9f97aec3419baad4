using System.Globalization;
using FilterHost.Dns;

namespace FilterHost.MailAuth.Tests.Spf;

/// <summary>Records, zones and clients made at random from a seed: each term with each argument, macros with every transformer, small syntax errors, names that fail and names that are not there.</summary>
internal sealed class SpfGeneration(int seed)
{
    private const int SharedRecords = 30;

    private static readonly string[] Clients = ["192.0.2.1", "192.0.2.2", "192.0.2.130", "198.51.100.7", "203.0.113.9", "2001:db8::1", "2001:db8:1::5", "2001:db8:2::6"];
    private static readonly string[] LocalParts = ["user", "a.b-c+d", "Strange~x", "joe=foo/bar", "one_two.three", "x"];
    private static readonly string[] Hosts = ["a1.test", "a2.test", "a3.test", "text.test", "missing.test", "gone.test", "fail.test", "mx1.test", "mx2.test", "mx3.test", "mx11.test", "%{h}", "%{d}", "%{o}", "a%{d1r}.test"];
    private static readonly string[] Delimiters = ["", "", "", ".", "-", "+", "-.", "_=", "/", ",+"];
    private static readonly string[] Errors =
    [
        "moo", "a:", "ip4:", "ip4:192.0.2", "ip4:192.0.2.256", "ip4:192.0.02.1", "ip4:192.0.2.1/33", "ip4:192.0.2.1/", "ip4:192.0.2.0/024", "ip6:192.0.2.1", "ip6:2001:db8::/129", "ip6:2001::db8::1", "ip6:2001:db8::1/01",
        "a/33", "a/24/64", "a//129", "mx/-1", "a:localhost", "a:x.123", "a:x.-y", "a:x.y-", "exists", "include", "include:", "ptr:", "ptr/24", "all:x.test", "-all.", "exists:%{x}.test", "exists:%{d0}.test", "exists:%{dr1}.test",
        "exists:%(d).test", "exists:%", "exists:%{d", "exists:a%.test", "redirect=", "exp=", "redirect:a1.test", "exp=%{c}.test", "foo=%{", "1foo=bar", "a=b:%{l", "exists:%{t}.test",
    ];

    private readonly Random _random = new(seed);

    public SpfZone Zone { get; } = SpfZone.Of(
        "a1.test A 192.0.2.1",
        "a2.test A 192.0.2.2",
        "a2.test A 192.0.2.130",
        "a2.test AAAA 2001:db8::1",
        "a3.test AAAA 2001:db8:1::5",
        "text.test TXT nothing here",
        "mx1.test MX a1.test",
        "mx1.test MX a2.test",
        "mx2.test MX a3.test",
        "mx2.test MX missing.test",
        "mx3.test MX a1.test",
        "mx3.test MX fail.test",
        "1.2.0.192.in-addr.arpa PTR a1.test",
        "1.2.0.192.in-addr.arpa PTR elsewhere.test",
        "2.2.0.192.in-addr.arpa PTR missing.test",
        "2.2.0.192.in-addr.arpa PTR a2.test",
        "7.100.51.198.in-addr.arpa PTR a1.test",
        "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa PTR fail.test",
        "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa PTR a2.test",
        "exp1.test TXT %{i} may not send as %{s}: %{c}%%%_at%_%{r}.",
        "exp2.test TXT see http://example.test/%{L}?d=%{D2}",
        "exp3.test TXT one",
        "exp3.test TXT two",
        "exp4.test TXT wrong %{z}");

    /// <summary>Names of which nothing is known.</summary>
    public IReadOnlyList<string> Failing { get; } = ["fail.test", "130.2.0.192.in-addr.arpa", "r0.test"];

    public IReadOnlyList<SpfQuestion> Make(int count)
    {
        for (var i = 0; i < 11; i++)
            Zone.Add("mx11.test", "MX", i == 10 ? "a1.test" : $"many{i}.test").Add($"many{i}.test", "A", $"10.0.0.{i}");
        foreach (var name in Failing)
            Zone.Fail(name, null, DnsOutcome.Timeout);
        for (var i = 1; i < SharedRecords; i++)
            Zone.Add($"r{i}.test", "TXT", Record());
        var questions = new List<SpfQuestion>();
        for (var i = 0; i < count; i++)
        {
            var domain = string.Create(CultureInfo.InvariantCulture, $"d{i}.example.test");
            var record = Record();
            Zone.Add(domain, "TXT", record);
            if (Chance(30))
                Zone.Add(domain, "A", Of(Clients[..5]));
            if (Chance(20))
                Zone.Add(domain, "AAAA", Of(Clients[5..]));
            if (Chance(20))
                Zone.Add(domain, "MX", Of("a1.test", "a2.test", "a3.test"));
            var isNull = Chance(10);
            questions.Add(new SpfQuestion(Of(Clients), isNull ? "" : $"{Of(LocalParts)}@{domain}", isNull ? domain : Of("a1.test", "mail.example.test", "a2.test"), record));
        }
        return questions;
    }

    private string Record()
    {
        var terms = new List<string> { Of("v=spf1", "v=spf1", "v=spf1", "V=SPF1") };
        for (var i = _random.Next(0, 6); i > 0; i--)
            terms.Add(Of("", "", "-", "~", "?", "+") + Mechanism());
        if (Chance(60))
            terms.Add(Of("-all", "-all", "~all", "?all", "all", "-ALL"));
        if (Chance(25))
            terms.Insert(_random.Next(1, terms.Count + 1), Of("exp=", "EXP=") + Of("exp1.test", "exp2.test", "exp3.test", "exp4.test", "missing.test", "fail.test", "a..test"));
        if (Chance(15))
            terms.Insert(_random.Next(1, terms.Count + 1), $"redirect={Shared()}");
        if (Chance(10))
            terms.Insert(_random.Next(1, terms.Count + 1), Of("foo=bar", "x-y_z.1=%{d}/:=", "unknown="));
        if (Chance(8))
            terms.Insert(_random.Next(1, terms.Count + 1), Of(Errors));
        return string.Join(Of(" ", " ", "  "), terms) + Of("", "", " ");
    }

    private string Mechanism() => _random.Next(12) switch
    {
        0 => $"ip4:{Of("192.0.2.1", "192.0.2.0", "198.51.100.0", "0.0.0.0")}{Of("", "/24", "/32", "/25", "/0")}",
        1 => $"ip6:{Of("2001:db8::1", "2001:DB8::", "2001:db8:1::")}{Of("", "/32", "/48", "/128", "/0")}",
        2 or 3 => $"{Of("a", "A")}{Host()}{Lengths()}",
        4 or 5 => $"mx{Host()}{Lengths()}",
        6 => $"ptr{Of("", ":test", ":a1.test", ":a2.test", ":est", ":example.test", ":%{d2}")}",
        7 or 8 => $"exists:{Macros()}.even.test",
        9 => $"exists:{Of(Hosts)}",
        _ => $"include:{Shared()}",
    };

    private string Host() => Chance(30) ? "" : $":{Of(Hosts)}";

    private string Lengths() => Of("", "", "", "/24", "/25", "/0", "//64", "//32", "/24//48", "/32//0");

    private string Shared() => Chance(8) ? Of("missing.test", "text.test", "r%{d1r}.test", "%{l}.test") : string.Create(CultureInfo.InvariantCulture, $"r{_random.Next(SharedRecords)}.test");

    private string Macros()
    {
        var text = "";
        for (var i = _random.Next(1, 4); i > 0; i--)
            text += Of("x", "-", "y.", "%%", "%-", "") + Macro();
        return text;
    }

    private string Macro()
    {
        var letter = Of("s", "l", "o", "d", "i", "h", "v", "S", "L", "I", "D", "p");
        return $"%{{{letter}{Of("", "", "1", "2", "3", "10", "128")}{Of("", "r")}{(letter is "s" or "l" or "S" or "L" ? Of(Delimiters) : Of("", "."))}}}";
    }

    private bool Chance(int percent) => _random.Next(100) < percent;

    private string Of(params string[] choices) => choices[_random.Next(choices.Length)];
}
