namespace FilterHost.Import;

/// <summary>All options of a daemon.</summary>
internal sealed class DaemonOptions
{
    private readonly Dictionary<string, DaemonOption> _options;

    private DaemonOptions(string program, IEnumerable<DaemonOption> options)
    {
        Program = program;
        _options = options.ToDictionary(option => option.Name, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>OpenDKIM's.</summary>
    public static DaemonOptions OpenDkim { get; } = new("opendkim", OpenDkimOptions.All);

    /// <summary>OpenDMARC's.</summary>
    public static DaemonOptions OpenDmarc { get; } = new("opendmarc", OpenDmarcOptions.All);

    /// <summary>The program's name.</summary>
    public string Program { get; }

    /// <summary>The product's name.</summary>
    public string Product => Program == "opendkim" ? "OpenDKIM" : "OpenDMARC";

    /// <summary>The names.</summary>
    public IEnumerable<string> Names => _options.Keys;

    /// <summary>The options in the order of their names.</summary>
    public IEnumerable<DaemonOption> All => _options.Values.OrderBy(option => option.Name, StringComparer.OrdinalIgnoreCase);

    /// <summary>The option of that name, in any case; null if there is none.</summary>
    public DaemonOption? Find(string name) => _options.GetValueOrDefault(name);
}
