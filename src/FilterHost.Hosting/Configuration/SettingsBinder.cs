using System.Reflection;

namespace FilterHost.Hosting.Configuration;

/// <summary>
/// Makes a settings record from a table, by plain reflection and by the rules of <see cref="SettingAttribute"/>. Keeps nothing between calls: what is kept by type would pin a plugin that is to unload.
/// </summary>
/// <param name="environment">Reads an environment variable, for references to secrets.</param>
internal sealed class SettingsBinder(Func<string, string?>? environment = null)
{
    private static readonly HashSet<string> NoHostKeys = [];

    /// <summary>Binds a table; every problem is added, none is thrown.</summary>
    /// <param name="recordType">The record, with a parameterless constructor.</param>
    /// <param name="table">The table.</param>
    /// <param name="hostKeys">Keys of the table that are the host's own and not the record's.</param>
    /// <param name="problems">Takes what is wrong.</param>
    /// <returns>The record, or null if there was an error.</returns>
    public object? Bind(Type recordType, SettingsTable table, IReadOnlySet<string> hostKeys, ProblemList problems)
    {
        var secrets = new SecretReference(environment ?? Environment.GetEnvironmentVariable, problems);
        var reader = new SettingValueReader(problems, secrets, (type, nested) => Bind(type, nested, NoHostKeys, problems));
        var keys = SettingKey.Of(recordType);
        var isGood = ReportUnknown(keys, table, hostKeys, problems);
        var values = new List<(SettingKey Key, object Value)>();
        foreach (var key in keys)
        {
            if (hostKeys.Contains(key.Name))
                isGood &= Refuse(problems, $"the plugin's settings use '{key.Name}', which is the host's own key", table.Locate(key.Name));
            else if (!table.TryGet(key.Name, out var node))
                isGood &= !key.IsRequired || Refuse(problems, $"missing; expected {SettingWords.Of(key.Type, key.Attribute)}", table.Locate(key.Name));
            else if (reader.Read(key.Type, node, key.Attribute) is { } value)
                values.Add((key, value));
            else
                isGood = false;
        }
        return isGood ? Make(recordType, values, table, problems) : null;
    }

    /// <summary>Binds a record of the host's own.</summary>
    public T? Bind<T>(SettingsTable table, IReadOnlySet<string> otherKeys, ProblemList problems)
        where T : class => (T?)Bind(typeof(T), table, otherKeys, problems);

    private static bool ReportUnknown(IReadOnlyList<SettingKey> keys, SettingsTable table, IReadOnlySet<string> hostKeys, ProblemList problems)
    {
        var known = keys.Select(key => key.Name).Concat(hostKeys).ToList();
        var unknown = table.Keys.Except(known, StringComparer.Ordinal).ToList();
        foreach (var key in unknown)
        {
            var hint = NearestName.Hint(key, known);
            var allowed = hint.Length == 0 ? $"; known are {string.Join(", ", known.Order(StringComparer.Ordinal))}" : hint;
            problems.Error($"unknown key{(known.Count == 0 ? "" : allowed)}", table.Entries[key].Location);
        }
        return unknown.Count == 0;
    }

    // The record is the plugin's code: its constructor and its accessors may throw.
    private static object? Make(Type recordType, IReadOnlyList<(SettingKey Key, object Value)> values, SettingsTable table, ProblemList problems)
    {
        SettingKey? current = null;
        try
        {
            var made = Activator.CreateInstance(recordType, nonPublic: true);
            foreach (var (key, value) in values)
            {
                current = key;
                key.Property.SetValue(made, value);
            }
            return made;
        }
        catch (TargetInvocationException failure) when (failure.InnerException is SettingException refusal)
        {
            problems.Error(refusal.Message, table.Locate(refusal.Setting ?? current?.Name));
        }
        catch (Exception failure) when (failure is TargetInvocationException or MissingMethodException or MemberAccessException or ArgumentException)
        {
            var reason = (failure.InnerException ?? failure).GetType().Name;
            problems.Error($"the settings record {recordType.Name} cannot be made ({reason})", table.Locate(current?.Name));
        }
        return null;
    }

    private static bool Refuse(ProblemList problems, string text, SettingLocation at)
    {
        problems.Error(text, at);
        return false;
    }
}
