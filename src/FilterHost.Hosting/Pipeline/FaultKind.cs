namespace FilterHost.Hosting.Pipeline;

/// <summary>The ways in which a filter fails a message. The log and the counter have them in the words of <see cref="FaultWords"/>.</summary>
internal enum FaultKind
{
    Threw,
    Overran,

    /// <summary>It holds the thread that called it; the watchdog has taken its connection.</summary>
    Blocked,
    NoVerdict,

    /// <summary>It is not called any more, for what it did before.</summary>
    Suspended,

    /// <summary>It threw where nobody catches: on a thread, timer or async void of its plugin's own.</summary>
    Uncaught,
}
