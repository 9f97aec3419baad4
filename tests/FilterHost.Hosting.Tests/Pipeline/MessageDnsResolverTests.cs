using FilterHost.Dns;
using FilterHost.Hosting.Pipeline;

namespace FilterHost.Hosting.Tests.Pipeline;

/// <summary>The filters of one message share answers, not budgets and not each other's end.</summary>
public sealed class MessageDnsResolverTests
{
    private readonly Provider _provider = new();

    [Fact]
    public async Task Each_filter_has_a_budget_of_its_own_and_what_is_known_costs_nothing()
    {
        var resolver = new MessageDnsResolver(_provider, CancellationToken.None);
        _provider.Answer.SetResult(new DnsAnswer { Outcome = DnsOutcome.NoData });
        var (first, second) = (0, 0);
        Assert.Equal(DnsOutcome.NoData, (await Ask("a.example", ref first)).Outcome);
        Assert.Equal(DnsOutcome.NoData, (await Ask("b.example", ref first)).Outcome);
        Assert.Equal(DnsOutcome.BudgetSpent, (await Ask("c.example", ref first)).Outcome);
        Assert.Equal(DnsOutcome.NoData, (await Ask("a.example", ref first)).Outcome);
        Assert.Equal(DnsOutcome.NoData, (await Ask("c.example", ref second)).Outcome);
        Assert.Equal((2, 1, 3), (first, second, _provider.Questions));

        ValueTask<DnsAnswer> Ask(string name, ref int asked) => resolver.ResolveAsync(DomainName.Parse(name), DnsRecordType.Txt, ref asked, budget: 2, CancellationToken.None);
    }

    [Fact]
    public async Task The_end_of_one_filters_time_takes_no_answer_from_another()
    {
        using var message = new CancellationTokenSource();
        using var filter = new CancellationTokenSource();
        var resolver = new MessageDnsResolver(_provider, message.Token);
        var asked = 0;
        var first = resolver.ResolveAsync(DomainName.Parse("a.example"), DnsRecordType.Txt, ref asked, 10, filter.Token).AsTask();
        var second = resolver.ResolveAsync(DomainName.Parse("a.example"), DnsRecordType.Txt, ref asked, 10, CancellationToken.None).AsTask();
        await filter.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.False(_provider.Token.IsCancellationRequested);
        _provider.Answer.SetResult(new DnsAnswer { Outcome = DnsOutcome.NoData });
        Assert.Equal(DnsOutcome.NoData, (await second).Outcome);
        await message.CancelAsync();
        Assert.True(_provider.Token.IsCancellationRequested);
    }

    private sealed class Provider : IDnsResolver
    {
        public TaskCompletionSource<DnsAnswer> Answer { get; } = new();

        public CancellationToken Token { get; private set; }

        public int Questions { get; private set; }

        public ValueTask<DnsAnswer> ResolveAsync(DomainName name, DnsRecordType type, CancellationToken cancellationToken)
        {
            Questions++;
            Token = cancellationToken;
            return new(Answer.Task);
        }
    }
}
