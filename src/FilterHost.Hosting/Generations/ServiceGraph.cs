using System.Reflection;
using FilterHost.Hosting.Configuration;
using FilterHost.Hosting.Plugins;

namespace FilterHost.Hosting.Generations;

/// <summary>Connects the services that instances offer with the instances that use them.</summary>
internal sealed class ServiceGraph(IReadOnlyDictionary<string, (InstanceSettings Settings, PluginInstance Instance)> instances, ProblemList problems)
{
    private readonly List<PluginInstance> _ordered = [];
    private readonly HashSet<string> _onPath = new(StringComparer.Ordinal);
    private readonly HashSet<string> _done = new(StringComparer.Ordinal);

    /// <summary>Builds every instance's container, providers before their users, and gives the instances in that order. What cannot be connected is reported.</summary>
    public IReadOnlyList<PluginInstance> Connect()
    {
        foreach (var name in instances.Keys)
            Visit(name);
        return _ordered;
    }

    private void Visit(string name)
    {
        if (!_done.Add(name))
            return;
        _onPath.Add(name);
        var (table, instance) = instances[name];
        var providers = new Dictionary<Type, PluginInstance>();
        foreach (var contract in instance.Used)
        {
            if (FindProvider(table, instance, contract) is not { } provider)
                continue;
            if (_onPath.Contains(provider.Settings.TableName))
            {
                Report(table, KeyOf(contract), $"{name} and {provider.Settings.TableName} use each other's services");
                continue;
            }
            Visit(provider.Settings.TableName);
            providers[contract] = provider.Instance;
        }
        _onPath.Remove(name);
        if (providers.Count < instance.Used.Count)
            return;
        instance.Build(contract => providers[contract].Offer(contract));
        _ordered.Add(instance);
    }

    private (InstanceSettings Settings, PluginInstance Instance)? FindProvider(InstanceSettings table, PluginInstance user, Type contract)
    {
        var key = KeyOf(contract);
        var candidates = instances.Values.Where(entry => entry.Instance != user && entry.Instance.Provided.Contains(contract)).ToArray();
        if (table.Table.Text(key) is { } wanted)
        {
            var named = Array.FindIndex(candidates, candidate => candidate.Settings.Name == wanted);
            if (named >= 0)
                return candidates[named];
            // A service that is not there at all is reported where the settings are read.
            if (instances.ContainsKey($"service.{wanted}"))
                Report(table, key, $"there is no service '{wanted}' that provides {contract.Name}; {Available(candidates)}");
            return null;
        }
        switch (candidates.Length)
        {
            case 1:
                return candidates[0];
            case 0:
                Report(table, "plugin", $"{user.Plugin} needs a service that provides {contract.Name}: add a table such as [service.{key}] with its plugin");
                return null;
            default:
                Report(table, key, $"several services provide {contract.Name}: name one, {key} = \"{candidates[0].Settings.Name}\"; {Available(candidates)}");
                return null;
        }
    }

    private static string Available((InstanceSettings Settings, PluginInstance Instance)[] candidates) =>
        candidates.Length == 0 ? "no service does" : $"those that do: {string.Join(", ", candidates.Select(candidate => candidate.Settings.Name))}";

    private static string KeyOf(Type contract) => contract.GetCustomAttribute<ServiceContractAttribute>()!.Key;

    private void Report(InstanceSettings table, string key, string text) =>
        problems.Error(text, table.Table.Locate(key));
}
