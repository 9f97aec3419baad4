using System.Text.RegularExpressions;
using FilterHost.Hosting.Configuration;

namespace FilterHost.Import;

/// <summary>What the files around a daemon say of it: the unit's ExecStart= and WorkingDirectory=, and SOCKET=, USER=, PIDFILE= and DAEMON_OPTS= of /etc/default.</summary>
internal sealed partial class ServiceFiles
{
    private const int LargestFile = 1 << 20;

    private readonly Dictionary<string, string> _variables = new(StringComparer.Ordinal);
    private readonly List<string> _ofDefaults = [];
    private string _command = "";
    private string? _user;
    private string? _group;

    private ServiceFiles()
    {
    }

    /// <summary>The command line that the service is started with, without the program.</summary>
    public IReadOnlyList<string> Flags => [.. Words(_command).Skip(1).SelectMany(Expand), .. _ofDefaults];

    /// <summary>User= and Group= of the unit, in the form of UserID; null where it has none.</summary>
    public string? User => _user is null ? null : _group is null ? _user : $"{_user}:{_group}";

    /// <summary>Where it is started; null where no unit was read.</summary>
    public string? WorkingDirectory { get; private set; }

    /// <summary>The files that were read.</summary>
    public List<string> Files { get; } = [];

    /// <summary>Reads the files that are named, or else those in the usual places.</summary>
    /// <param name="options">The daemon's options.</param>
    /// <param name="unit">The unit, or null.</param>
    /// <param name="defaults">The file of defaults, or null.</param>
    /// <param name="looksAround">True to look in the usual places.</param>
    /// <param name="problems">Where problems go.</param>
    public static ServiceFiles Read(DaemonOptions options, string? unit, string? defaults, bool looksAround, ProblemList problems)
    {
        var files = new ServiceFiles();
        if (unit is not null)
            files.ReadUnit(unit, problems);
        else if (looksAround)
            files.ReadUsualUnit(options.Program, problems);
        // Only init scripts read the file of defaults: Debian's unit has not since version 2.11, though the file still names a socket.
        var usual = $"/etc/default/{options.Program}";
        if (defaults is not null || (looksAround && files.Files.Count == 0 && File.Exists(usual)))
            files.ReadDefaults(defaults ?? usual, options.Program, problems);
        return files;
    }

    private void ReadUsualUnit(string program, ProblemList problems)
    {
        var folders = new[] { "/etc/systemd/system", "/run/systemd/system", "/lib/systemd/system", "/usr/lib/systemd/system" };
        if (folders.Select(folder => $"{folder}/{program}.service").FirstOrDefault(File.Exists) is not { } unit)
            return;
        ReadUnit(unit, problems);
        foreach (var folder in folders.Reverse().Select(folder => $"{folder}/{program}.service.d").Where(Directory.Exists))
        {
            foreach (var part in Directory.GetFiles(folder, "*.conf").Order(StringComparer.Ordinal))
                ReadUnit(part, problems);
        }
    }

    private void ReadUnit(string path, ProblemList problems)
    {
        if (Text(path, problems) is not { } text)
            return;
        WorkingDirectory ??= "/";
        foreach (var line in Continuation().Replace(text, " ").Split('\n').Select(line => line.Trim()))
        {
            if (ValueOf(line, "WorkingDirectory") is { } folder)
                WorkingDirectory = folder.TrimStart('-') is ['/', ..] absolute ? absolute : "/";
            else if (ValueOf(line, "EnvironmentFile") is { Length: > 0 } file && file.TrimStart('-') is var environment && File.Exists(environment))
                ReadVariables(environment, problems);
            else if (ValueOf(line, "Environment") is { } variables)
                ReadAssignments(string.Join('\n', Words(variables)));
            // A later line replaces an earlier one.
            else if (ValueOf(line, "ExecStart") is { } command)
                _command = command;
            else if (ValueOf(line, "User") is { } user)
                _user = user.Length == 0 ? null : user;
            else if (ValueOf(line, "Group") is { } group)
                _group = group.Length == 0 ? null : group;
        }
    }

    // systemd.service(5): $NAME as a word of its own is split, ${NAME} is not.
    private IEnumerable<string> Expand(string word) => word is ['$', not '{', .. var _]
        ? Words(_variables.GetValueOrDefault(word[1..]) ?? "")
        : [Variable().Replace(word, match => _variables.GetValueOrDefault(match.Groups["name"].Value) ?? "")];

    private void ReadDefaults(string path, string program, ProblemList problems)
    {
        _variables["NAME"] = program;
        if (!ReadVariables(path, problems))
            return;
        foreach (var (variable, flag) in new[] { ("SOCKET", "-p"), ("USER", "-u"), ("PIDFILE", "-P") })
        {
            if (_variables.GetValueOrDefault(variable) is { Length: > 0 } value)
                _ofDefaults.AddRange([flag, variable == "USER" && _variables.GetValueOrDefault("GROUP") is { Length: > 0 } group && group != value ? $"{value}:{group}" : value]);
        }
        _ofDefaults.AddRange(Words(_variables.GetValueOrDefault("DAEMON_OPTS") ?? ""));
    }

    private bool ReadVariables(string path, ProblemList problems)
    {
        if (Text(path, problems) is not { } text)
            return false;
        ReadAssignments(text);
        return true;
    }

    private void ReadAssignments(string text)
    {
        foreach (Match match in Assignment().Matches(text))
        {
            var value = match.Groups["value"].Value.Trim();
            value = value is ['"', .. var inner, '"'] ? inner : value is ['\'', .. var plain, '\''] ? plain : value;
            _variables[match.Groups["name"].Value] = Variable().Replace(value, variable => _variables.GetValueOrDefault(variable.Groups["name"].Value) ?? "");
        }
    }

    private string? Text(string path, ProblemList problems)
    {
        try
        {
            if (FileText.ReadBounded(path, LargestFile) is { } octets)
            {
                Files.Add(path);
                return System.Text.Encoding.UTF8.GetString(octets);
            }
            problems.Error($"{path} is larger than {LargestFile} octets");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            problems.Error($"cannot read {path}: {FileText.Reason(exception)}");
        }
        return null;
    }

    private static string? ValueOf(string line, string key) => line.StartsWith($"{key}=", StringComparison.Ordinal) ? line[(key.Length + 1)..].Trim() : null;

    private static IEnumerable<string> Words(string text) => Word().Matches(text).Select(match => match.Value.Trim('"', '\''));

    [GeneratedRegex(@"\\\r?\n", RegexOptions.CultureInvariant)]
    private static partial Regex Continuation();

    [GeneratedRegex(@"\$\{?(?<name>[A-Za-z_][A-Za-z0-9_]*)\}?", RegexOptions.CultureInvariant)]
    private static partial Regex Variable();

    [GeneratedRegex(@"^[ \t]*(?:export[ \t]+)?(?<name>[A-Za-z_][A-Za-z0-9_]*)=(?<value>[^\r\n]*)", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Assignment();

    [GeneratedRegex("""
        "[^"]*"|'[^']*'|\S+
        """, RegexOptions.CultureInvariant)]
    private static partial Regex Word();
}
