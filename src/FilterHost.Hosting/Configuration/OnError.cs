namespace FilterHost.Hosting.Configuration;

/// <summary>What a message gets whose filter failed.</summary>
internal enum OnError
{
    /// <summary>4xx: the client tries again later.</summary>
    Tempfail,

    /// <summary>5xx.</summary>
    Reject,

    /// <summary>The message goes on without this filter.</summary>
    Skip,
}
