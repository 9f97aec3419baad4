using FilterHost.Hosting.Pipeline;
using Microsoft.Extensions.Time.Testing;

namespace FilterHost.Hosting.Tests.Pipeline;

/// <summary>What listeners leave each other is bounded and forgotten in time.</summary>
public sealed class ResultsLedgerTests
{
    private static readonly AuthenticationResult[] Results = [new GenericResult("dkim", "pass")];

    [Fact]
    public void The_latest_field_of_a_message_counts()
    {
        var ledger = new ResultsLedger(TimeProvider.System);
        ledger.Add("mx", "Q", "one"u8.ToArray(), Results);
        ledger.Add("mx", "Q", "two"u8.ToArray(), Results);
        Assert.Null(ledger.Find("mx", "Q", "one"u8));
        Assert.Equal(Results, ledger.Find("mx", "Q", "two"u8));
    }

    [Fact]
    public void The_oldest_go_where_there_are_too_many()
    {
        var ledger = new ResultsLedger(TimeProvider.System);
        for (var i = 0; i <= ResultsLedger.Capacity; i++)
            ledger.Add("mx", $"Q{i}", "field"u8.ToArray(), Results);
        Assert.Null(ledger.Find("mx", "Q0", "field"u8));
        Assert.NotNull(ledger.Find("mx", "Q1", "field"u8));
        Assert.NotNull(ledger.Find("mx", $"Q{ResultsLedger.Capacity}", "field"u8));
    }

    [Fact]
    public void A_message_that_is_written_again_and_again_does_not_lose_its_latest_field()
    {
        var ledger = new ResultsLedger(TimeProvider.System);
        for (var i = 0; i <= 2 * ResultsLedger.Capacity; i++)
            ledger.Add("mx", "Q", new[] { (byte)i }, Results);
        Assert.NotNull(ledger.Find("mx", "Q", [unchecked((byte)(2 * ResultsLedger.Capacity))]));
    }

    [Fact]
    public void What_is_old_is_forgotten()
    {
        var clock = new FakeTimeProvider();
        var ledger = new ResultsLedger(clock);
        ledger.Add("mx", "Q", "field"u8.ToArray(), Results);
        clock.Advance(ResultsLedger.Lifetime);
        Assert.NotNull(ledger.Find("mx", "Q", "field"u8));
        clock.Advance(TimeSpan.FromTicks(1));
        Assert.Null(ledger.Find("mx", "Q", "field"u8));
    }
}
