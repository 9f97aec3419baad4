using System.Reflection;
using System.Text.Json;
using FilterHost.Hosting.Configuration;

namespace FilterHost.Verification;

/// <summary>Checks a plugin's settings record: keys documented and not the host's own, defaults that a file could have, a schema.</summary>
internal static class SettingsRecordReport
{
    /// <summary>Looks at the record.</summary>
    public static StepResult Run(Type record)
    {
        var keys = SettingKey.Of(record);
        var wrong = keys.SelectMany(ProblemsOf).Concat(DefaultProblems(record, keys)).ToList();
        try
        {
            using var schema = JsonDocument.Parse(SettingsSchema.Of(record));
        }
        // The record's constructor is the plugin's code.
        catch (Exception exception)
        {
            wrong.Add($"no JSON schema can be made: {exception.GetBaseException().Message}");
        }
        var silent = UndocumentedOf(record, keys);
        var text = keys.Count == 0 ? "no key" : string.Join(", ", keys.Select(key => key.Name));
        return wrong.Count > 0 ? StepResult.Failed(text, [.. wrong, .. silent]) : silent.Count > 0 ? StepResult.Warning(text, silent) : StepResult.Ok(text);
    }

    private static IEnumerable<string> ProblemsOf(SettingKey key)
    {
        if (string.IsNullOrWhiteSpace(key.Attribute.Text))
            yield return $"{key.Name} has no text: [Setting(\"meaning, effect, default and its reason\")]";
        if (InstanceSettings.HostKeys.Contains(key.Name))
            yield return $"{key.Name} is a key of the host's own";
    }

    private static IReadOnlyList<string> UndocumentedOf(Type record, IReadOnlyList<SettingKey> keys) =>
    [
        .. record.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.CanWrite && !keys.Any(key => key.Property.Name == property.Name))
            .Select(property => $"{record.Name}.{property.Name} has no [Setting]: no file can give it"),
    ];

    // A default that is written into a file must mean the same there.
    private static IReadOnlyList<string> DefaultProblems(Type record, IReadOnlyList<SettingKey> keys)
    {
        try
        {
            var defaults = Activator.CreateInstance(record, nonPublic: true);
            var lines = keys.Where(key => !key.IsRequired).Select(key => (key.Name, Value: TomlText.Of(key.Property.GetValue(defaults)))).Where(line => line.Value is not null);
            var problems = new ProblemList();
            if (SettingsSyntax.Parse(string.Join('\n', lines.Select(line => $"{line.Name} = {line.Value}")), "defaults", problems) is { } table)
                new SettingsBinder().Bind(record, table, InstanceSettings.HostKeys, problems);
            var given = keys.Where(key => !key.IsRequired).Select(key => key.Name).ToHashSet(StringComparer.Ordinal);
            return [.. problems.Ordered().Where(problem => problem.Location is { } place && given.Contains(place.Key.Split('.', '[')[0])).Select(problem => $"the default of {problem.Location!.Key}: {problem.Text}")];
        }
        catch (Exception exception)
        {
            return [$"the record cannot be made: {exception.GetBaseException().Message}"];
        }
    }
}
