using FilterHost.Hosting.Pipeline;
using FilterHost.Milter;
using Microsoft.Extensions.Logging;

namespace FilterHost.Hosting.Foreign;

/// <summary>A milter of others: where it listens, what it may do and how long it may take.</summary>
internal sealed class ForeignMilter(MilterSettings settings, ILogger<ForeignMilter> logger, TimeProvider time)
{
    private const MilterSteps OfferedSteps = (MilterSteps)0x1FFFFF;

    private static readonly MilterActions EditsOfEnvelope =
        MilterActions.AddRecipients | MilterActions.DeleteRecipients | MilterActions.ChangeSender | MilterActions.AddRecipientsWithParameters;

    private readonly MilterClientOptions _options = new()
    {
        ConnectTimeout = settings.ConnectTimeout,
        CommandTimeout = settings.CommandTimeout,
        ContentTimeout = settings.ContentTimeout,
        TimeProvider = time,
    };

    private MilterSteps _knownSteps;

    public MilterAddress Address => settings.Socket;

    /// <summary>Methods whose results are taken out of its field.</summary>
    public IReadOnlyList<string> Publishes => settings.Publishes;

    /// <summary>What the settings let it do; the rest is not offered to it.</summary>
    public MilterActions Allowed { get; } = MilterActions.SetMacroList
        | (settings.EditsFields.Count + settings.Publishes.Count > 0 ? MilterActions.AddHeaders : 0)
        | (settings.EditsFields.Count > 0 ? MilterActions.ChangeHeaders : 0)
        | (settings.EditsBody ? MilterActions.ChangeBody : 0)
        | (settings.EditsEnvelope ? EditsOfEnvelope : 0)
        | (settings.Quarantines ? MilterActions.Quarantine : 0);

    /// <summary>True where the milter said when it last negotiated that it does not want to hear of a step.</summary>
    public bool LeavesOut(MilterSteps step) => (_knownSteps & step) != 0;

    /// <summary>Connects and negotiates.</summary>
    public async Task<ForeignLink> OpenAsync(CancellationToken cancel)
    {
        var client = await NegotiateAsync(Allowed, cancel).ConfigureAwait(false);
        _knownSteps = client.Steps;
        return new ForeignLink(client);
    }

    /// <summary>What the milter would do if it were allowed everything.</summary>
    public async Task<MilterActions> AskActionsAsync(CancellationToken cancel)
    {
        var client = await NegotiateAsync(MilterActions.All, cancel).ConfigureAwait(false);
        await using (client.ConfigureAwait(false))
        {
            await client.QuitAsync(cancel).ConfigureAwait(false);
            return client.Actions;
        }
    }

    /// <summary>Gives the work the time of one command.</summary>
    /// <exception cref="TimeoutException">It took longer.</exception>
    public async Task<T> WithinCommandTimeAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancel)
    {
        using var timeout = new CancellationTokenSource(settings.CommandTimeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancel);
        try
        {
            return await work(both.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !cancel.IsCancellationRequested)
        {
            throw new TimeoutException($"the milter at {Address} did not answer within {settings.CommandTimeout.TotalSeconds:0.###} s");
        }
    }

    /// <summary>True for what a milter can do wrong on its connection.</summary>
    public static bool IsItsFault(Exception exception) => exception is IOException or TimeoutException or MilterProtocolException;

    public void LogLost(ConnectionFacts connection, Exception exception) =>
        logger.LogWarning("{Client}: the milter at {Address} is lost outside a message, which asks it again: {Problem}", connection.Describe(), Address, exception.Message);

    public void LogDiscard(ConnectionFacts connection) =>
        logger.LogWarning("{Client}: the milter at {Address} discards a connection, which only messages can be; it is ignored", connection.Describe(), Address);

    public void LogUnfinished(Exception exception) =>
        logger.LogDebug("the milter at {Address} was lost while it was told of an end: {Problem}", Address, exception.Message);

    private async Task<MilterClient> NegotiateAsync(MilterActions offered, CancellationToken cancel)
    {
        var client = await MilterClient.OpenAsync(Address, _options, cancel).ConfigureAwait(false);
        try
        {
            await client.NegotiateAsync(new MilterOffer(6, offered, OfferedSteps), cancel).ConfigureAwait(false);
            return client;
        }
        catch
        {
            await client.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }
}
