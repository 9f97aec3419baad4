using System.Text;
using CsCheck;
using FilterHost.MailAuth.Syntax;

namespace FilterHost.MailAuth.Tests.Syntax;

/// <summary>What is written is read back: all of it where it can be written, and never more.</summary>
public sealed class AuthenticationResultsRoundTripTests
{
    private static readonly Gen<string> Words = Gen.String[Gen.Char['a', 'z'], 1, 12];

    private static readonly Gen<string> Domains = AnyOf("example.org", "a.b.example", "xn--bcher-kva.example");

    private static readonly Gen<string> Hostile =
        from text in Gen.String[Gen.OneOf(Gen.Char[' ', '~'], AnyOf('\r', '\n', '\0', '\t', '\u007f', '\u0085', '\u00a0', '\u2028', '\ud800', '\udc00', '\u00fc', '"', '\\', '(', ')', ';', '=', '@', ',', '<', '>')), 0, 24]
        from times in Gen.Frequency((9, Gen.Const(1)), (1, Gen.Int[20, 60]))
        select string.Concat(Enumerable.Repeat(text, times));

    // What was read from no field has no control and no lone surrogate.
    private static readonly Gen<string> Writable = Gen.String[Gen.OneOf(Gen.Char[' ', '!'], Gen.Char['#', '['], Gen.Char[']', '~'], AnyOf('\u00fc', '\u00a0', '\u2028', '\u4e00')), 1, 24];

    [Fact]
    public void What_can_be_written_is_read_back_whole() =>
        ResultsOf(Writable.Where(static text => !text.Contains('@', StringComparison.Ordinal)), Words).Sample(
            static results =>
            {
                var read = Read(AuthenticationResultsWriter.Write("mx.example.com", results, allowUtf8: true));
                Assert.Equal(results.OrderBy(static result => RankOf(result.Method)).ThenBy(static result => result.Method, StringComparer.Ordinal).Select(Described), read.Select(Described));
                foreach (var (typed, again) in results.Where(static result => result is not GenericResult).OrderBy(static result => RankOf(result.Method)).Zip(read))
                    Assert.Equal(typed with { Provenance = ResultProvenance.Field }, again);
            });

    [Fact]
    public void Whatever_the_values_hold_no_result_and_no_property_is_read_that_was_not_given() =>
        Gen.Select(ResultsOf(Hostile, Hostile), Gen.Bool).Sample(
            static (results, allowUtf8) =>
            {
                var field = AuthenticationResultsWriter.Write("mx.example.com", results, allowUtf8);
                AssertIsOneField(field, allowUtf8);
                var read = Read(field);
                Assert.Equal(results.Count, read.Count);
                foreach (var (given, again) in results.OrderBy(static result => RankOf(result.Method)).ThenBy(static result => result.Method, StringComparer.Ordinal).Zip(read))
                    AssertIsNoMore(given, again);
                // What was read is written as it stood, but for the case of names.
                Assert.Equal(TextOf(field), TextOf(AuthenticationResultsWriter.Write("mx.example.com", read, allowUtf8)), ignoreCase: true);
            });

    [Fact]
    public async Task A_second_reader_finds_the_same_results()
    {
        var given = new List<IReadOnlyList<AuthenticationResult>>();
        ResultsOf(Hostile, Hostile).Sample(given.Add, iter: 2000, threads: 1);
        given.Add([new GenericResult("x-a", "pass", new ResultProperty("Policy", "Case", "A"))]);
        var fields = given.ConvertAll(static results => AuthenticationResultsWriter.Write("mx.example.com", results, allowUtf8: false));
        var answers = await AuthenticationResultsSecondReader.ReadAsync(fields);
        Assert.Equal(fields.Count, answers.Count);
        var compared = 0;
        foreach (var (field, answer) in fields.Zip(answers))
        {
            // Where a word follows the domain behind a quoted local part, the second reader refuses the field.
            if (answer is [[var error, ..], ..] && error.StartsWith("error", StringComparison.Ordinal))
            {
                Assert.Contains("\"@", field.ToString(), StringComparison.Ordinal);
                continue;
            }
            compared++;
            Assert.Equal(Read(field).Select(static result => string.Join('|', WordsOf(result))), answer.Select(static result => string.Join('|', Joined(result))));
        }
        Assert.True(compared > 1000, $"{compared} compared");
    }

    /// <summary>A quoted local part and the domain behind it are one value. Names are in lower case, since their case means nothing (RFC 8601 §2.2).</summary>
    private static IEnumerable<string> Joined(List<string> result)
    {
        for (var i = 0; i < result.Count; i++)
        {
            var (name, value) = (result[i][..result[i].IndexOf('=')], result[i][result[i].IndexOf('=')..]);
            if (i + 1 < result.Count && result[i + 1] is ['@', ..] next)
            {
                value += next[..^1];
                i++;
            }
            yield return name.ToLowerInvariant() + value;
        }
    }

    private static IEnumerable<string> WordsOf(AuthenticationResult result)
    {
        yield return $"{result.Method}={result.Word}";
        if (result.Reason is not null)
            yield return $"reason={result.Reason}";
        foreach (var property in result.Properties)
            yield return $"{property.Type}.{property.Name}={property.Value}";
    }

    private static string Described(AuthenticationResult result) => $"{result.GetType().Name} {string.Join('|', WordsOf(result))}";

    private static int RankOf(string method) => method switch { "spf" => 0, "dkim" => 1, "dmarc" => 2, _ => 3 };

    private static List<AuthenticationResult> Read(HeaderField field)
    {
        var read = AuthenticationResultsField.Read(field.Body.Span);
        Assert.True(read is not null, field.ToString());
        Assert.True(AuthenticationResultsField.ClaimsAuthservId(field.Body.Span, ["mx.example.com"]));
        return [.. read.Results];
    }

    private static void AssertIsOneField(HeaderField field, bool allowUtf8)
    {
        var text = TextOf(field);
        Assert.True(allowUtf8 || Ascii.IsValid(text));
        var lines = field.ToString().Split("\r\n");
        Assert.All(lines.Skip(1), static line => Assert.True(line.Length > 1 && line[0] == '\t' && line[1] != ' '));
        Assert.All(lines, static line => Assert.True(Encoding.UTF8.GetByteCount(line) <= 998 && !line.Any(static character => char.IsControl(character) && character != '\t'), line));
    }

    private static void AssertIsNoMore(AuthenticationResult given, AuthenticationResult read)
    {
        Assert.Equal(ResultProvenance.Field, read.Provenance);
        Assert.Equal(given.Reason is null, read.Reason is null);
        foreach (var (wanted, got) in (given.Reason ?? "").EnumerateRunes().Zip((read.Reason ?? "").EnumerateRunes()))
            Assert.True(wanted == got || got.Value is '?' or '\'');
        var left = new Queue<ResultProperty>(given.Properties);
        foreach (var property in read.Properties)
        {
            while (left.TryPeek(out var next) && !IsSameName(next, property))
                left.Dequeue();
            Assert.True(left.TryDequeue(out var same), $"{property.Type}.{property.Name} is read of {string.Join(' ', given.Properties)}");
            Assert.True(property.Value == same.Value || Shortened(same.Value).Contains(property.Value), $"{same.Value} is read as {property.Value}");
        }
    }

    // RFC 8601 §2.2: the case of ptypes and properties means nothing.
    private static bool IsSameName(ResultProperty one, ResultProperty other) =>
        one.Type.Equals(other.Type, StringComparison.OrdinalIgnoreCase) && one.Name.Equals(other.Name, StringComparison.OrdinalIgnoreCase);

    private static string TextOf(HeaderField field) => Encoding.UTF8.GetString(field.Body.Span);

    // An address may lose its quotes or its local part; its domain is written as A-labels in lower case.
    private static string[] Shortened(string value)
    {
        var at = value.LastIndexOf('@');
        return at >= 0 && DomainName.TryParse(value.AsSpan(at + 1), out var domain) ? [$"@{domain}", $"{value[..at]}@{domain}", $"{value[..at].Trim('"')}@{domain}"] : [];
    }

    private static Gen<IReadOnlyList<AuthenticationResult>> ResultsOf(Gen<string> values, Gen<string> names) =>
        Gen.OneOf(SignatureOf(values), SenderOf(values), DmarcOf(values), OtherOf(values, names)).List[0, 5].Select(static results => (IReadOnlyList<AuthenticationResult>)results);

    private static Gen<T> AnyOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(index => values[index]);

    private static Gen<string?> MaybeOf(Gen<string> values) => Gen.OneOf(Gen.Const((string?)null), values.Select(static value => (string?)value));

    private static Gen<AuthenticationResult> SignatureOf(Gen<string> values) =>
        from outcome in Gen.Enum<DkimOutcome>().Where(static outcome => outcome != DkimOutcome.None)
        from domain in Domains
        from local in values
        from selector in MaybeOf(values)
        from algorithm in MaybeOf(values)
        from prefix in MaybeOf(values)
        from reason in MaybeOf(values)
        from uncovered in Gen.Long[1, 100]
        select (AuthenticationResult)new DkimSignatureResult
        {
            Outcome = outcome,
            SigningDomain = DomainName.Parse(domain),
            UserIdentifier = $"{local}@{domain}",
            Selector = selector,
            Algorithm = algorithm,
            SignaturePrefix = prefix,
            Reason = reason,
            UncoveredBytes = uncovered,
        };

    private static Gen<AuthenticationResult> SenderOf(Gen<string> values) =>
        from outcome in Gen.Enum<SpfOutcome>()
        from identity in Gen.Enum<SpfIdentity>()
        from domain in Domains
        from local in values
        from reason in MaybeOf(values)
        select (AuthenticationResult)new SpfResult { Outcome = outcome, Identity = identity, Domain = DomainName.Parse(domain), Mailbox = $"{local}@{domain}", Reason = reason };

    private static Gen<AuthenticationResult> DmarcOf(Gen<string> values) =>
        from outcome in Gen.Enum<DmarcOutcome>()
        from policy in Gen.Enum<DmarcPolicy>()
        from domain in Domains
        from reason in MaybeOf(values)
        select (AuthenticationResult)new DmarcResult { Outcome = outcome, Policy = policy, AuthorDomain = DomainName.Parse(domain), Reason = reason };

    private static Gen<AuthenticationResult> OtherOf(Gen<string> values, Gen<string> names) =>
        from method in AnyOf("x-a", "x-b", "auth")
        from word in Words
        from type in names
        from name in names
        from value in values
        from domain in Domains
        from reason in MaybeOf(values)
        select (AuthenticationResult)new GenericResult(method, word, new ResultProperty("policy", "a", value), new ResultProperty(type, name, value), new ResultProperty("smtp", "mailfrom", $"{value}@{domain}")) { Reason = reason };
}
