namespace FilterHost.Import;

/// <summary>An option of a daemon's configuration file.</summary>
/// <param name="Name">The name, as the daemon's manual writes it.</param>
/// <param name="Type">What it takes.</param>
/// <param name="Default">What the daemon does without it; null where it does nothing.</param>
/// <param name="Fate">What becomes of it.</param>
/// <param name="Note">For what is carried over, where to; else why it is not, for the comment in the file.</param>
internal sealed record DaemonOption(string Name, OptionType Type, string? Default, OptionFate Fate, string Note)
{
    /// <summary>True where the administrator loses something that others may rely on: a warning, not only a comment.</summary>
    public bool IsLoud { get; init; }

    /// <summary>True for an option of other builds or versions, which Debian's daemon does not know.</summary>
    public bool IsOfOtherBuilds { get; init; }

    /// <summary>True where setting the option to its default means nothing.</summary>
    public bool IsDefault(string value) => Type switch
    {
        OptionType.Flag => DaemonConfigurationReader.ReadFlag(value) == (Default == "yes"),
        OptionType.Number => DaemonConfigurationReader.ReadNumber(value) == (Default is null ? 0 : DaemonConfigurationReader.ReadNumber(Default)),
        _ => string.Equals(value, Default, StringComparison.OrdinalIgnoreCase),
    };
}
