namespace FilterHost.Import;

/// <summary>What a daemon takes as an option's value.</summary>
internal enum OptionType
{
    Text,
    Set,
    Number,
    Flag,
    Include,
}
