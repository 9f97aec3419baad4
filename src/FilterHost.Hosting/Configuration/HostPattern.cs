namespace FilterHost.Hosting.Configuration;

/// <summary>One item of a list of hosts as the settings have it: an entry, or a file of entries.</summary>
/// <param name="Text">The item as it is written.</param>
/// <param name="Entries">What it stands for.</param>
internal sealed record HostPattern(string Text, IReadOnlyList<HostEntry> Entries)
{
    /// <summary>An item that is an entry and known to be good.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static HostPattern Parse(string text) =>
        HostEntry.TryParse(text, out var entry, out var problem) ? new(text, [entry]) : throw new FormatException(problem);

    public override string ToString() => Text;
}
