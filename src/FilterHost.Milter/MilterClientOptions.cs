namespace FilterHost.Milter;

/// <summary>Bounds of a <see cref="MilterClient"/>. The times are Postfix's defaults.</summary>
public sealed record MilterClientOptions
{
    /// <summary>The time to connect, and again to negotiate.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The time for a reply to a command before the message's content.</summary>
    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The time for each frame of a reply to header fields, body and end of message; progress starts it anew.</summary>
    public TimeSpan ContentTimeout { get; init; } = TimeSpan.FromSeconds(300);

    /// <summary>The longest frame to take from the filter, code included.</summary>
    public int MaximumFrame { get; init; } = 1_114_112;

    /// <summary>The most octets of edits to take for one message; more is no filter's intent.</summary>
    public long MaximumEdits { get; init; } = 256L * 1024 * 1024;

    /// <summary>The clock.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
