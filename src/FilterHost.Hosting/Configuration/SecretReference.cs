using System.Text;

namespace FilterHost.Hosting.Configuration;

/// <summary>Follows <c>{ file = "…" }</c>, <c>{ env = "…" }</c> and <c>{ credential = "…" }</c>. No text of it ever holds the secret.</summary>
internal sealed class SecretReference(Func<string, string?> environment, ProblemList problems)
{
    // A key or a pass phrase; what is larger is the wrong file.
    private const int LargestSecret = 64 << 10;

    private const UnixFileMode ForOthers = UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    public Secret? Resolve(SettingNode node)
    {
        if (node is not SettingsTable table || table.Entries.Count != 1)
            return Refuse(node.ValueLocation, $"expected {Expected}, found {Found(node)}; the secret itself must not stand in this file");
        var (source, name) = table.Entries.First();
        if (name is not SettingScalar { Value: string { Length: > 0 } text } || text.Contains('\0', StringComparison.Ordinal))
            return Refuse(name.ValueLocation, $"expected {Expected}");
        return source switch
        {
            "file" => FromFile(SettingValueReader.PathBeside(name.Location.File, text), name.ValueLocation, mustBePrivate: true),
            "env" => FromEnvironment(text, name.ValueLocation),
            "credential" => FromCredential(text, name.ValueLocation),
            _ => Refuse(name.Location, $"unknown key; expected {Expected}"),
        };
    }

    private static string Expected => SettingWords.Of(typeof(Secret), new SettingAttribute(""));

    private static string Found(SettingNode node) => node is SettingsTable table ? $"a table with {table.Entries.Count} keys" : node.Kind;

    private Secret? FromEnvironment(string name, SettingLocation at) =>
        environment(name) is { Length: > 0 } value ? new Secret(value) : Refuse(at, $"the environment variable '{name}' is not set");

    // systemd.exec(5), "Credentials": the folder belongs to the service alone, so its modes need no check.
    private Secret? FromCredential(string name, SettingLocation at)
    {
        if (environment("CREDENTIALS_DIRECTORY") is not { Length: > 0 } folder)
            return Refuse(at, "there are no credentials: $CREDENTIALS_DIRECTORY is not set (systemd sets it for LoadCredential= and SetCredential=)");
        return name.Contains('/', StringComparison.Ordinal) || name is "." or ".."
            ? Refuse(at, "a credential is named without a path")
            : FromFile(Path.Combine(folder, name), at, mustBePrivate: false);
    }

    private Secret? FromFile(string path, SettingLocation at, bool mustBePrivate)
    {
        try
        {
            if (Directory.Exists(path))
                return Refuse(at, $"'{path}' is a folder");
            if (mustBePrivate && !OperatingSystem.IsWindows() && File.GetUnixFileMode(path) is var mode && (mode & ForOthers) != 0)
                return Refuse(at, $"'{path}' has mode 0{Convert.ToString((int)mode, 8)}: others can read it; mend it with: chmod o= '{path}'");
            return Read(path) is { } text ? new Secret(text) : Refuse(at, $"'{path}' is empty, larger than 64k or not UTF-8");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return Refuse(at, $"'{path}' cannot be read: {FileText.Reason(failure)}");
        }
    }

    // A line end after the secret is the editor's.
    private static string? Read(string path)
    {
        if (FileText.ReadBounded(path, LargestSecret) is not { Length: > 0 } bytes)
            return null;
        try
        {
            return FileText.StrictUtf8.GetString(bytes).TrimEnd('\r', '\n') is { Length: > 0 } text ? text : null;
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private Secret? Refuse(SettingLocation at, string text)
    {
        problems.Error(text, at);
        return null;
    }
}
