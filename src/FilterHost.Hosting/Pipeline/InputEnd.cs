namespace FilterHost.Hosting.Pipeline;

/// <summary>How far a message for a run without an MTA goes.</summary>
internal enum InputEnd
{
    /// <summary>To its end.</summary>
    EndOfMessage,

    /// <summary>The client resets the transaction after the recipients.</summary>
    Recipients,

    /// <summary>The connection breaks in the middle of the body.</summary>
    Body,
}
