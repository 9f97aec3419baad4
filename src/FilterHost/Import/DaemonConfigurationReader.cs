using System.Buffers;
using System.Globalization;
using System.Text;
using FilterHost.Hosting.Configuration;

namespace FilterHost.Import;

/// <summary>Reads a configuration file as OpenDKIM 2.11 and OpenDMARC 1.4 do: one option a line, names in any case, '#' ends a line wherever it stands, the last of several lines counts.</summary>
internal sealed class DaemonConfigurationReader(DaemonOptions options, ProblemList problems)
{
    // OpenDKIM says "nesting too deep" of the sixth file within another.
    private const int DeepestInclude = 5;

    // A file of many gigabytes is no configuration.
    private const int LargestFile = 64 << 20;

    private const string WhiteSpace = " \t\r\n\v\f";

    private static readonly SearchValues<char> Spaces = SearchValues.Create(WhiteSpace);

    /// <summary>Reads a file and what it includes. Every problem is added; what is right counts all the same.</summary>
    /// <param name="path">The file.</param>
    /// <param name="startFolder">Where the daemon is started: relative paths of included files are relative to it, whatever BaseDirectory says.</param>
    public DaemonConfiguration? Read(string path, string startFolder)
    {
        var configuration = new DaemonConfiguration(path, options) { Folder = startFolder };
        if (!ReadFile(path, configuration, startFolder, depth: 0, includedAt: null))
            return null;
        if (configuration.Text("BaseDirectory") is { } folder)
            configuration.Folder = configuration.PathOf(folder);
        return configuration;
    }

    /// <summary>A Boolean, of which the daemons look at the first octet; null if it is none.</summary>
    public static bool? ReadFlag(string value) => value[0] switch
    {
        'T' or 't' or 'Y' or 'y' or '1' => true,
        'F' or 'f' or 'N' or 'n' or '0' => false,
        _ => null,
    };

    /// <summary>A number as strtol reads it with base 0: 0x16 and 07 too; null if it is none.</summary>
    public static int? ReadNumber(string value)
    {
        var isNegative = value is ['-', ..];
        var digits = value is ['-' or '+', .. var unsigned] ? unsigned : value;
        long? number = digits switch
        {
            ['0', 'x' or 'X', .. var hexadecimal] => long.TryParse(hexadecimal, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var read) ? read : null,
            ['0', .. { Length: > 0 and < 20 } octal] => octal.AsSpan().ContainsAnyExceptInRange('0', '7') ? null : Convert.ToInt64(octal, 8),
            _ => long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var read) ? read : null,
        };
        // The daemons keep the low 32 bits.
        return number is { } found ? unchecked((int)(isNegative ? -found : found)) : null;
    }

    private bool ReadFile(string path, DaemonConfiguration configuration, string startFolder, int depth, SettingLocation? includedAt)
    {
        if (depth > DeepestInclude)
        {
            problems.Error($"{path} is included more than {DeepestInclude} files deep", includedAt);
            return false;
        }
        if (Text(path, includedAt) is not { } text)
            return false;
        var number = 0;
        foreach (var range in text.AsSpan().Split('\n'))
            ReadLine(text.AsSpan(range), new SettingLocation(path, ++number, 1, ""), configuration, startFolder, depth);
        return true;
    }

    private string? Text(string path, SettingLocation? includedAt)
    {
        try
        {
            if (FileText.ReadBounded(path, LargestFile) is { } octets)
                return Encoding.UTF8.GetString(octets);
            problems.Error($"{path} is larger than {LargestFile >> 20} MB", includedAt);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            problems.Error($"cannot read {path}: {FileText.Reason(exception)}", includedAt);
        }
        return null;
    }

    private void ReadLine(ReadOnlySpan<char> line, SettingLocation at, DaemonConfiguration configuration, string startFolder, int depth)
    {
        // A string of C ends at NUL.
        if (line.IndexOfAny('#', '\0') is >= 0 and var end)
            line = line[..end];
        var column = line.IndexOfAnyExcept(Spaces) + 1;
        line = line.Trim(WhiteSpace);
        if (line.IsEmpty)
            return;
        var gap = line.IndexOfAny(' ', '\t');
        var name = (gap < 0 ? line : line[..gap]).ToString();
        var value = gap < 0 ? "" : line[gap..].Trim(WhiteSpace).ToString();
        at = at with { Column = column, Key = name };
        if (options.Find(name) is not { } option)
            problems.Error($"{options.Product} has no such option{NearestName.Hint(name, options.Names)}", at);
        else if (value.Length == 0)
            problems.Error("the value is missing", at);
        else if (option.Type is OptionType.Include)
            ReadFile(Path.GetFullPath(Path.Combine(startFolder, value)), configuration, startFolder, depth + 1, at);
        else if (Misfit(option, value) is { } misfit)
            problems.Error(misfit, at);
        else
            configuration.Set(new DaemonSetting(option, value, at));
    }

    private static string? Misfit(DaemonOption option, string value) => option.Type switch
    {
        OptionType.Flag when ReadFlag(value) is null => $"'{value}' is neither yes nor no: {(value.StartsWith("o", StringComparison.OrdinalIgnoreCase) ? "the daemon does not know on and off" : "the daemon looks at the first letter, y, t, 1 or n, f, 0")}",
        OptionType.Number when ReadNumber(value) is null => $"'{value}' is no number",
        _ => null,
    };
}
