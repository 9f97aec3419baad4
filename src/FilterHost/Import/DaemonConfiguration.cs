using FilterHost.Hosting.Configuration;

namespace FilterHost.Import;

/// <summary>What a daemon's configuration file says, with what its command line overrides. It remembers what was asked for, since an option that nobody asks for has no effect beside the others.</summary>
internal sealed class DaemonConfiguration(string file, DaemonOptions options)
{
    private readonly Dictionary<string, DaemonSetting> _settings = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _used = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The file.</summary>
    public string File { get; } = file;

    /// <summary>The daemon's options.</summary>
    public DaemonOptions Options { get; } = options;

    /// <summary>What is set, in the order of the options' names.</summary>
    public IEnumerable<DaemonSetting> All => _settings.Values.OrderBy(setting => setting.Option.Name, StringComparer.OrdinalIgnoreCase);

    /// <summary>What relative paths are relative to: BaseDirectory, else where the daemon is started.</summary>
    public required string Folder { get; set; }

    /// <summary>Sets an option; a later line overrides an earlier one.</summary>
    public void Set(DaemonSetting setting) => _settings[setting.Option.Name] = setting;

    /// <summary>True if a translation has looked at the option.</summary>
    public bool IsUsed(string name) => _used.Contains(name);

    /// <summary>The option's line, or null.</summary>
    public DaemonSetting? Find(string name)
    {
        if (Options.Find(name) is null)
            throw new ArgumentException($"{name} is no option", nameof(name));
        _used.Add(name);
        return _settings.GetValueOrDefault(name);
    }

    /// <summary>The value, or null where it is not set.</summary>
    public string? Text(string name) => Find(name)?.Value;

    /// <summary>The value, or the daemon's default.</summary>
    public bool Flag(string name) => DaemonConfigurationReader.ReadFlag(Text(name) ?? DefaultOf(name) ?? "no") == true;

    /// <summary>The value, or the daemon's default.</summary>
    public int Number(string name) => DaemonConfigurationReader.ReadNumber(Text(name) ?? DefaultOf(name) ?? "0") ?? 0;

    /// <summary>Where the option stands, for problems; the file where it is not set.</summary>
    public SettingLocation Locate(string name) => _settings.GetValueOrDefault(name)?.Location ?? new SettingLocation(File, 1, 1, "");

    /// <summary>A path of the configuration, made absolute.</summary>
    public string PathOf(string path) => Path.GetFullPath(Path.Combine(Folder, path));

    private string? DefaultOf(string name) => Options.Find(name)!.Default;
}
