namespace FilterHost.Milter;

/// <summary>What <see cref="MilterFrameReader"/> found at the start of a buffer.</summary>
public enum MilterFrameStatus
{
    /// <summary>Not all of a frame is there yet.</summary>
    Incomplete,

    /// <summary>A whole frame.</summary>
    Complete,

    /// <summary>A length of zero: a frame holds at least its code.</summary>
    Empty,

    /// <summary>A length over the limit.</summary>
    TooLong,
}
