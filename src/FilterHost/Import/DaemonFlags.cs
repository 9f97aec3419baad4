using FilterHost.Hosting.Configuration;

namespace FilterHost.Import;

/// <summary>A daemon's command line: its flags override the configuration file.</summary>
internal sealed class DaemonFlags
{
    // Each flag that takes a value and is an option of the file too, then those without a value.
    private static readonly Dictionary<char, string> DkimValues = new() { ['b'] = "Mode", ['c'] = "Canonicalization", ['d'] = "Domain", ['k'] = "KeyFile", ['L'] = "Minimum", ['o'] = "OmitHeaders", ['p'] = "Socket", ['P'] = "PidFile", ['s'] = "Selector", ['S'] = "SignatureAlgorithm", ['T'] = "DNSTimeout", ['u'] = "UserID" };
    private static readonly Dictionary<char, string> DkimSwitches = new() { ['A'] = "AutoRestart", ['D'] = "SubDomains", ['l'] = "Syslog", ['q'] = "Quarantine", ['r'] = "RequiredHeaders", ['W'] = "LogWhy" };
    private static readonly Dictionary<char, string> DmarcValues = new() { ['p'] = "Socket", ['P'] = "PidFile", ['u'] = "UserID" };
    private static readonly Dictionary<char, string> DmarcSwitches = new() { ['A'] = "AutoRestart", ['l'] = "Syslog" };

    private readonly List<(string Option, string Value, char Flag)> _overrides = [];

    private DaemonFlags()
    {
    }

    /// <summary>-x, or -c of OpenDMARC.</summary>
    public string? File { get; private set; }

    /// <summary>-f.</summary>
    public bool StaysInForeground { get; private set; }

    /// <summary>-n.</summary>
    public bool OnlyChecks { get; private set; }

    /// <summary>-V.</summary>
    public bool PrintsVersion { get; private set; }

    /// <summary>What is no command line of the daemon; null if all is well.</summary>
    public string? Problem { get; private set; }

    /// <summary>Reads a command line as getopt(3) does.</summary>
    public static DaemonFlags Parse(DaemonOptions options, IReadOnlyList<string> words)
    {
        var flags = new DaemonFlags();
        var isDkim = options == DaemonOptions.OpenDkim;
        var (values, switches) = isDkim ? (DkimValues, DkimSwitches) : (DmarcValues, DmarcSwitches);
        for (var i = 0; i < words.Count && flags.Problem is null; i++)
        {
            if (words[i] == "--")
                break;
            if (words[i] is not ['-', _, ..])
                flags.Problem = $"'{words[i]}' is no flag of {options.Program}";
            else
                i += flags.ReadWord(words[i], i + 1 < words.Count ? words[i + 1] : null, values, switches, isDkim) ? 1 : 0;
        }
        return flags;
    }

    /// <summary>Overrides what the file says.</summary>
    public void Apply(DaemonConfiguration configuration, ProblemList problems)
    {
        foreach (var (name, value, flag) in _overrides)
        {
            var option = configuration.Options.Find(name)!;
            var at = new SettingLocation("command line", 1, 1, $"-{flag}");
            if (option.Type is OptionType.Number && DaemonConfigurationReader.ReadNumber(value) is null)
                problems.Error($"'{value}' is no number", at);
            else
                configuration.Set(new DaemonSetting(option, value, at));
        }
    }

    // True if the next word was the flag's value.
    private bool ReadWord(string word, string? next, Dictionary<char, string> values, Dictionary<char, string> switches, bool isDkim)
    {
        for (var i = 1; i < word.Length; i++)
        {
            var flag = word[i];
            var isFile = flag == (isDkim ? 'x' : 'c');
            if (isFile || values.ContainsKey(flag))
            {
                var attached = word[(i + 1)..];
                if ((attached.Length > 0 ? attached : next) is not { Length: > 0 } value)
                {
                    Problem = $"-{flag} needs a value";
                    return false;
                }
                if (isFile)
                    File = value;
                else
                    _overrides.Add((values[flag], value, flag));
                return attached.Length == 0;
            }
            if (switches.TryGetValue(flag, out var option))
                _overrides.Add((option, "yes", flag));
            else if (!ReadSwitch(flag, isDkim))
                return false;
        }
        return false;
    }

    private bool ReadSwitch(char flag, bool isDkim)
    {
        switch (flag)
        {
            case 'f':
                StaysInForeground = true;
                return true;
            case 'n':
                OnlyChecks = true;
                return true;
            case 'V':
                PrintsVersion = true;
                return true;
            // Names of deprecated options are known here without it; verbosity is for tests of messages.
            case 'v':
            case 'X' when isDkim:
                return true;
            case 't' or 'Q' or 'e' or 'F':
                Problem = $"-{flag} is for tests, which `filterhost filter` does";
                return false;
            default:
                Problem = $"-{flag} is no flag of {(isDkim ? "opendkim" : "opendmarc")}";
                return false;
        }
    }
}
