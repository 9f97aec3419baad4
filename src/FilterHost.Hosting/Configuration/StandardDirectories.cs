namespace FilterHost.Hosting.Configuration;

/// <summary>Where the host keeps its files unless the settings say otherwise: what systemd gives, else the user's own folders (XDG Base Directory Specification).</summary>
internal static class StandardDirectories
{
    /// <summary>The state of a service whose user is not who starts it.</summary>
    public const string ServiceState = "/var/lib/filterhost";

    /// <summary>Plugin copies, the data of instances, generated keys.</summary>
    public static DirectoryInfo State(Func<string, string?> environment) =>
        new(FirstOf(environment("STATE_DIRECTORY"))
            ?? Below(environment("XDG_STATE_HOME"), "filterhost")
            ?? Path.Combine(environment("HOME") is { Length: > 0 } home ? home : "/", ".local", "state", "filterhost"));

    /// <summary>Messages too large for memory. Never /tmp: the folder must be the host's own.</summary>
    public static DirectoryInfo Temporary(Func<string, string?> environment) =>
        new(FirstOf(environment("RUNTIME_DIRECTORY"))
            ?? Below(environment("XDG_RUNTIME_DIR"), "filterhost")
            ?? Path.Combine(State(environment).FullName, "temporary"));

    /// <summary><c>plugins</c> beside the program.</summary>
    public static DirectoryInfo Plugins() => new(Path.Combine(AppContext.BaseDirectory, "plugins"));

    // systemd.exec(5): several directories are separated by colons.
    private static string? FirstOf(string? list) => list?.Split(':')[0] is { Length: > 0 } first ? first : null;

    private static string? Below(string? parent, string name) => string.IsNullOrEmpty(parent) ? null : Path.Combine(parent, name);
}
