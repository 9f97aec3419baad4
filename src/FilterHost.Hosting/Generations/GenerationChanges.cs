using FilterHost.Hosting.Configuration;
using FilterHost.Hosting.Plugins;

namespace FilterHost.Hosting.Generations;

/// <summary>What is different between a generation and the one before, in words.</summary>
internal static class GenerationChanges
{
    public static IEnumerable<string> Between(Generation before, Generation next)
    {
        var old = before.Shared.Where(shared => shared.Origin is not null).ToDictionary(NameOf);
        foreach (var shared in next.Shared)
        {
            if (!old.Remove(NameOf(shared), out var replaced))
                yield return $"{NameOf(shared)}: new";
            else if (replaced != shared)
                yield return $"{NameOf(shared)}: renewed, {ReasonOf(replaced, shared)}";
        }
        foreach (var gone in old.Keys)
            yield return $"{gone}: gone";
    }

    private static string NameOf(SharedInstance shared) => shared.Origin!.Table.TableName;

    private static string ReasonOf(SharedInstance replaced, SharedInstance shared)
    {
        var (before, now) = (replaced.Origin!, shared.Origin!);
        if (before.Code is not { } oldCode || now.Code is not { } newCode)
            return now.Code is null ? "its worker is a new one" : "it is in a worker no more";
        if (oldCode != newCode)
            return Describe(oldCode) == Describe(newCode) ? "its plugin's files changed" : $"its plugin was {Describe(oldCode)} and is {Describe(newCode)}";
        string[] keys = [.. new SettingsEquality(asksFiles: true).Differences(before.Table.Host, now.Table.Host), .. new SettingsEquality(asksFiles: true).Differences(before.Settings, now.Settings)];
        if (keys.Length > 0)
            return $"{string.Join(", ", keys)} changed";
        if (replaced.Instance.IsSuspended || replaced.Guard.IsSuspended)
            return "it was suspended";
        string[] providers = [.. shared.Providers.Except(replaced.Providers).Select(NameOf)];
        return providers.Length > 0 ? $"since it uses {string.Join(", ", providers)}" : before.IsSame(now) ? "what it had read changed" : "its table has moved";
    }

    private static string Describe(PluginCode code) => $"{code.Name} {code.Version}";
}
