namespace FilterHost.Milter;

/// <summary>Bounds of a <see cref="MilterSession"/>.</summary>
public sealed record MilterSessionOptions
{
    /// <summary>The longest frame, code included. The default holds 1 MiB of data, the largest size that can be negotiated, and some; Postfix sends header fields of up to 100 KiB at classic size.</summary>
    public int MaximumFrame { get; init; } = 1_114_112;

    /// <summary>The time from the connection to its negotiation; an MTA negotiates at once.</summary>
    public TimeSpan NegotiationTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The time that the MTA may take between commands; SMTP clients may be slow, and MTAs keep connections (libmilter waits two hours).</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromHours(2);

    /// <summary>The time from a frame's first octet to its last: an MTA writes a frame at once.</summary>
    public TimeSpan FrameTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>The clock.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
