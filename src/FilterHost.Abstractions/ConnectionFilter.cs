namespace FilterHost;

/// <summary>
/// A filter for one SMTP connection: connect, HELO and unknown commands. The host makes an instance for each connection. A refusal at connect or HELO ends the SMTP session.
/// Faults are answered as for <see cref="MessageFilter"/>.
/// </summary>
/// <remarks>
/// The members are called one at a time, not always on the same thread. Never block it: await.
/// To hand something to the plugin's message filters, inject <see cref="ConnectionState{T}"/> in both.
/// </remarks>
public abstract class ConnectionFilter
{
    /// <summary>A client connected. Called once, before everything else.</summary>
    public virtual ValueTask<Verdict> OnConnectAsync(SmtpConnection connection, CancellationToken cancellationToken) => Verdict.Continue;

    /// <summary>HELO or EHLO was received; it may come again, after STARTTLS for one. The name is in <see cref="SmtpConnection.Helo"/>.</summary>
    public virtual ValueTask<Verdict> OnHeloAsync(SmtpConnection connection, CancellationToken cancellationToken) => Verdict.Continue;

    /// <summary>A command that the MTA does not know was received.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="command">The command line.</param>
    /// <param name="cancellationToken">Cancelled when the time is over.</param>
    public virtual ValueTask<Verdict> OnUnknownCommandAsync(SmtpConnection connection, string command, CancellationToken cancellationToken) => Verdict.Continue;

    /// <summary>The connection is over, however it ended; called exactly once, before the filter is disposed. An exception here is logged and changes nothing.</summary>
    public virtual ValueTask OnConnectionEndedAsync() => ValueTask.CompletedTask;
}
