namespace FilterHost;

/// <summary>
/// Says of a plugin's main assembly that its code cannot leave memory, such as for a library that is not safe to unload. The host then loads each version once, for good: a table that goes is disposed as
/// ever, its code stays, and a new version lies beside the old one until the host is restarted.
/// </summary>
/// <param name="reason">Why, for whoever wonders about the memory.</param>
[AttributeUsage(AttributeTargets.Assembly)]
public sealed class CannotUnloadAttribute(string reason) : Attribute
{
    /// <summary>Why it cannot.</summary>
    public string Reason { get; } = reason;
}
