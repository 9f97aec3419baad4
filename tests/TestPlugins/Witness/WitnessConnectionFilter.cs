namespace FilterHost.TestPlugins.Witness;

public sealed class WitnessConnectionFilter(ConnectionState<WitnessState> state, WitnessSettings settings) : ConnectionFilter
{
    public override ValueTask<Verdict> OnConnectAsync(SmtpConnection connection, CancellationToken cancellationToken)
    {
        state.Value.Lines.Add($"connect: {WitnessFilter.Describe(connection)}");
        return settings is { At: "connect", Verdict: { } verdict } ? WitnessFilter.VerdictOf(verdict) : Verdict.Continue;
    }

    public override ValueTask<Verdict> OnHeloAsync(SmtpConnection connection, CancellationToken cancellationToken)
    {
        state.Value.Lines.Add($"helo: {WitnessFilter.Describe(connection)}");
        return settings is { At: "helo", Verdict: { } verdict } ? WitnessFilter.VerdictOf(verdict) : Verdict.Continue;
    }
}
