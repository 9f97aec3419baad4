namespace FilterHost.Hosting.Configuration;

/// <summary>Finds, reads and checks the settings of a host.</summary>
internal sealed class SettingsFile
{
    /// <summary>The file to read: the one that was given, else the first of the usual places that exists, else null.</summary>
    public static string? Find(string? given) =>
        given ?? UsualPlaces.FirstOrDefault(File.Exists);

    /// <summary>In the order they are tried.</summary>
    public static IReadOnlyList<string> UsualPlaces { get; } = ["./filterhost.toml", "/etc/filterhost/filterhost.toml"];

    /// <summary>Reads a file and what it includes, binds the host's part and checks that the parts fit. Every problem is added.</summary>
    /// <returns>Null if there is nothing to go on with: a file cannot be read or is not TOML. Else what could be bound; there may be errors all the same.</returns>
    public static LoadedSettings? Load(string path, ProblemList problems) => new SettingsLoad(problems, Environment.GetEnvironmentVariable).Load(path);

    /// <summary>The same for a text that is in no file.</summary>
    public static LoadedSettings? LoadText(string text, string name, ProblemList problems) => new SettingsLoad(problems, Environment.GetEnvironmentVariable).LoadText(text, name);
}
