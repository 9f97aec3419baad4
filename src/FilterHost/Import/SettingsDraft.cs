using System.Text;
using FilterHost.Hosting.Configuration;

namespace FilterHost.Import;

/// <summary>The filterhost.toml that is being made.</summary>
internal sealed class SettingsDraft(ProblemList problems)
{
    // The order in which an administrator reads them; OpenDKIM's and OpenDMARC's parts come in between.
    private static readonly string[] Order = ["[service.dns]", "[service.keys]", "[filter.spf]", "[filter.verify]", "[filter.dmarc]", "[filter.sign]", "[[listener]]"];

    private readonly Dictionary<string, TomlTable> _tables = [];
    private readonly List<string> _warnings = [];
    private readonly List<string> _remarks = [];

    /// <summary>The keys at the top.</summary>
    public TomlTable Host { get; } = new(null);

    /// <summary>The one listener.</summary>
    public TomlTable Listener => Table("[[listener]]");

    /// <summary>Files that the host has to read.</summary>
    public List<NeededFile> Files { get; } = [];

    /// <summary>Where keys are copied to; null where they stay.</summary>
    public KeyCopies? Copies { get; init; }

    /// <summary>A table, made where it is missing.</summary>
    public TomlTable Table(string heading) => _tables.TryGetValue(heading, out var table) ? table : _tables[heading] = new TomlTable(heading);

    /// <summary>True if the table was made.</summary>
    public bool HasTable(string heading) => _tables.ContainsKey(heading);

    /// <summary>Says on standard error and at the top of the file what is lost.</summary>
    public void Warn(string text, SettingLocation? location)
    {
        _warnings.Add(location is null ? text : $"{location.Key} (line {location.Line}): {text}");
        problems.Warning(text, location);
    }

    /// <summary>Says in the file what is different.</summary>
    public void Remark(string text) => _remarks.Add(text);

    /// <summary>Lists what of a configuration is not carried over.</summary>
    public void ExplainRest(DaemonConfiguration configuration)
    {
        foreach (var setting in configuration.All)
        {
            var option = setting.Option;
            var isCarried = option.Fate is OptionFate.Carried;
            if (isCarried && (configuration.IsUsed(option.Name) || option.Type is OptionType.Include))
                continue;
            if (!isCarried && option.IsDefault(setting.Value))
                continue;
            var why = isCarried ? $"without effect, since {configuration.Options.Product} does not use it with the other options here" : option.Note;
            if (option.IsLoud)
                Warn(why, setting.Location);
            _remarks.Add($"{option.Name} {Shown(setting)} ({Path.GetFileName(setting.Location.File)}:{setting.Location.Line}): {Label(option)}{why}.");
        }
    }

    /// <summary>The text of the file.</summary>
    public string Write(IEnumerable<string> sources)
    {
        var output = new StringBuilder();
        CommentText.Write(output, $"Made by `filterhost import` from {string.Join(" and ", sources)}.");
        CommentText.Write(output, "`filterhost settings` prints every key with its meaning; `filterhost check` says what is wrong.");
        WriteList(output, "WARNING: what others may rely on stops with these settings", _warnings);
        WriteList(output, "Not carried over, or different", _remarks);
        if (!Host.IsEmpty)
            output.Append('\n');
        Host.WriteTo(output);
        foreach (var heading in Order.Where(_tables.ContainsKey))
            _tables[heading].WriteTo(output);
        return output.ToString();
    }

    private static void WriteList(StringBuilder output, string heading, List<string> items)
    {
        if (items.Count == 0)
            return;
        output.Append("#\n");
        CommentText.Write(output, $"{heading}:");
        foreach (var item in items)
            CommentText.Write(output, $"  {item}");
    }

    private static string Label(DaemonOption option) => option.Fate switch
    {
        OptionFate.Obsolete => "obsolete: ",
        OptionFate.Dropped => "not carried over: ",
        _ => "",
    };

    // A data source's name may hold a password.
    private static string Shown(DaemonSetting setting) =>
        setting.Option.Name.Contains("Password", StringComparison.Ordinal) || setting.Value.Contains("://", StringComparison.Ordinal) ? "***" : setting.Value;
}
