using FilterHost.Milter;

namespace FilterHost.Hosting.Foreign;

/// <summary>
/// An open connection to a milter. Only a call that came back whole leaves it fit for another one: after any other end the milter's late answer would be taken for that to a later command.
/// </summary>
internal sealed class ForeignLink(MilterClient client)
{
    private const int Idle = 0;
    private const int Busy = 1;
    private const int Ended = 2;

    private int _state;

    public MilterSteps Steps => client.Steps;

    public bool HasLeadingSpace => client.Steps.HasFlag(MilterSteps.HeaderLeadingSpace);

    /// <summary>True once the milter has heard of the SMTP client.</summary>
    public bool IsIntroduced { get; set; }

    /// <summary>True once the milter has heard the latest HELO.</summary>
    public bool HasHelo { get; set; }

    /// <summary>True from MAIL on until the milter has heard, or said, that the message is over.</summary>
    public bool IsInMessage { get; set; }

    public bool IsOpen => Volatile.Read(ref _state) == Idle;

    /// <summary>True where a message may begin: the one before has come to its end, and the milter is still there and has said nothing unasked.</summary>
    public bool IsFit => IsOpen && !IsInMessage && client.IsQuiet;

    /// <summary>Asks the milter.</summary>
    /// <exception cref="IOException">The connection has ended.</exception>
    public async Task<T> CallAsync<T>(Func<MilterClient, Task<T>> call)
    {
        if (Interlocked.CompareExchange(ref _state, Busy, Idle) != Idle)
            throw new IOException("the connection to the milter has ended");
        var isWhole = false;
        try
        {
            var answer = await call(client).ConfigureAwait(false);
            isWhole = Interlocked.CompareExchange(ref _state, Idle, Busy) == Busy;
            return answer;
        }
        finally
        {
            if (!isWhole)
            {
                Volatile.Write(ref _state, Ended);
                await client.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    /// <summary>Ends the connection; a call that is still running does it when it comes back, since the client's memory is in its hands.</summary>
    public async ValueTask DropAsync()
    {
        if (Interlocked.Exchange(ref _state, Ended) == Idle)
            await client.DisposeAsync().ConfigureAwait(false);
    }
}
