namespace FilterHost;

/// <summary>A plugin refuses its settings. The host adds file, line and column.</summary>
public sealed class SettingException : Exception
{
    /// <summary>Refuses a setting.</summary>
    /// <param name="setting">The key, as the table writes it; null for the table as a whole.</param>
    /// <param name="message">What is wrong and what is allowed.</param>
    public SettingException(string? setting, string message)
        : base(message) => Setting = setting;

    /// <summary>The key it concerns, or null.</summary>
    public string? Setting { get; }
}
