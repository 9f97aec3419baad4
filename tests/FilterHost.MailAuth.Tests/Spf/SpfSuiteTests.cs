using System.Net;
using FilterHost.MailAuth.Spf;

namespace FilterHost.MailAuth.Tests.Spf;

/// <summary>
/// The suite of openspf.org for RFC 7208, whole. Two of its tests assume that a resolver is asked for type SPF (99) too, which RFC 7208 §3.1 has ended: of <c>spftimeout</c> only the TXT record
/// is left, whose result is the one expected, and of <c>txttimeout</c> only the timeout. How zone data is read is said at <see cref="SpfSuiteCase.Zone"/>.
/// </summary>
public sealed class SpfSuiteTests
{
    private static readonly Lazy<IReadOnlyDictionary<string, SpfSuiteCase>> Cases = new(SpfSuiteCase.Read);

    // Where the suite allows several results, the one that it says is preferred, or where it prefers none, ours.
    private static readonly Dictionary<string, string> Preferred = new()
    {
        ["multispf1"] = "permerror",
        ["invalid-domain-empty-label"] = "fail",
        ["invalid-domain-long"] = "fail",
        ["invalid-domain-long-via-macro"] = "fail",
        ["p-macro-multiple"] = "pass",
        ["ptr-limit"] = "neutral",
    };

    [Fact]
    public async Task Every_test_of_the_suite_has_its_result_and_explanation()
    {
        var wrong = new List<string>();
        foreach (var test in Cases.Value.Values)
        {
            var evaluation = await EvaluateAsync(test);
            var expected = Preferred.GetValueOrDefault(test.Name) ?? Assert.Single(test.Results);
            Assert.Contains(expected, test.Results);
            // Letter case of addresses and names means nothing; the suite writes %{i} of IPv6 in upper case, RFC 7208 §7.4 in lower.
            if (evaluation.Result.Word != expected || !string.Equals(Expected(test), evaluation.Explanation, StringComparison.OrdinalIgnoreCase))
                wrong.Add($"{test.Name}: {evaluation.Result.Word} ({evaluation.Result.Reason}), explanation {evaluation.Explanation}");
        }
        Assert.Equal([], wrong);
        Assert.Equal(203, Cases.Value.Count);
    }

    // A test without explanation is either no fail, or says nothing about it.
    private static string? Expected(SpfSuiteCase test) => test.Explanation is "DEFAULT" ? null : test.Explanation;

    private static async Task<SpfEvaluation> EvaluateAsync(SpfSuiteCase test)
    {
        var client = IPAddress.Parse(test.Host);
        var at = test.MailFrom.LastIndexOf('@');
        var request = at < 0
            ? SpfRequest.ForMailFrom(client, test.Helo, EnvelopeAddress.Parse("<>"u8.ToArray()))
            : SpfRequest.ForSender(client, test.Helo, test.MailFrom[..at], test.MailFrom[(at + 1)..]);
        var evaluator = new SpfEvaluator(new SpfOptions(), TimeProvider.System);
        return await evaluator.EvaluateAsync(request with { WantsExplanation = test.Explanation is not null }, test.Zone(), TestContext.Current.CancellationToken);
    }
}
