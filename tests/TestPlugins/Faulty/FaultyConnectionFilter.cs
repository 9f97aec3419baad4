namespace FilterHost.TestPlugins.Faulty;

public sealed class FaultyConnectionFilter(FaultySettings settings) : ConnectionFilter
{
    public override ValueTask<Verdict> OnConnectAsync(SmtpConnection connection, CancellationToken cancellationToken) => Misdeed.AtAsync(Stage.Connect, settings);

    public override ValueTask<Verdict> OnHeloAsync(SmtpConnection connection, CancellationToken cancellationToken) => Misdeed.AtAsync(Stage.Helo, settings);

    public override async ValueTask OnConnectionEndedAsync() => await Misdeed.AtAsync(Stage.ConnectionEnded, settings);
}
