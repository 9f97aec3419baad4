using System.Reflection;
using FilterHost.Hosting.Configuration;

namespace FilterHost.Hosting.Generations;

/// <summary>Connects the services that instances offer with the instances that use them.</summary>
internal sealed class ServiceGraph(IReadOnlyDictionary<string, InstanceDraft> drafts, ProblemList problems)
{
    private readonly List<InstanceDraft> _ordered = [];
    private readonly HashSet<string> _onPath = new(StringComparer.Ordinal);
    private readonly HashSet<string> _done = new(StringComparer.Ordinal);

    /// <summary>
    /// Builds every new instance's container, providers before their users, and gives the tables in that order. An instance that uses a service which is new becomes new itself.
    /// What cannot be connected is reported.
    /// </summary>
    /// <param name="only">One table, which alone is connected with what it uses; null connects all.</param>
    public async Task<IReadOnlyList<InstanceDraft>> ConnectAsync(string? only = null)
    {
        foreach (var draft in drafts.Values.Where(draft => only is null || draft.TableName == only))
            await VisitAsync(draft).ConfigureAwait(false);
        return _ordered;
    }

    private async Task VisitAsync(InstanceDraft draft)
    {
        if (!_done.Add(draft.TableName))
            return;
        _onPath.Add(draft.TableName);
        var providers = await ProvidersOfAsync(draft).ConfigureAwait(false);
        _onPath.Remove(draft.TableName);
        if (draft.Instance.Used.Any(contract => !providers.ContainsKey(contract)))
            return;
        if (draft.IsKept && !draft.Shared!.Providers.SetEquals(providers.Values.Select(provider => provider.Shared!)) && !await draft.RenewAsync().ConfigureAwait(false))
            return;
        if (draft.IsKept || Build(draft, providers))
            _ordered.Add(draft);
    }

    private async Task<Dictionary<Type, InstanceDraft>> ProvidersOfAsync(InstanceDraft draft)
    {
        var providers = new Dictionary<Type, InstanceDraft>();
        foreach (var contract in draft.Instance.Used.Concat(draft.Instance.UsedIfPresent.Where(contract => IsPresent(draft, contract))))
        {
            if (FindProvider(draft, contract) is not { } provider)
                continue;
            if (_onPath.Contains(provider.TableName))
            {
                Report(draft, KeyOf(contract), $"{draft.TableName} and {provider.TableName} use each other's services");
                continue;
            }
            await VisitAsync(provider).ConfigureAwait(false);
            // One that could not be made again has its own problem.
            if (provider.Shared is not null)
                providers[contract] = provider;
        }
        return providers;
    }

    private bool Build(InstanceDraft draft, Dictionary<Type, InstanceDraft> providers)
    {
        try
        {
            draft.Instance.Build(contract => providers.GetValueOrDefault(contract)?.Instance.Offer(contract));
            draft.Shared!.Providers = providers.Values.Select(provider => provider.Shared!).ToHashSet();
            return true;
        }
        catch (Exception exception)
        {
            Report(draft, "plugin", $"plugin {draft.Instance.Plugin} has registrations that cannot be built: {exception.Message}");
            return false;
        }
    }

    private InstanceDraft? FindProvider(InstanceDraft user, Type contract)
    {
        var key = KeyOf(contract);
        var candidates = CandidatesFor(user, contract);
        if (user.Origin.Table.Table.Text(key) is { } wanted)
        {
            if (Array.Find(candidates, candidate => candidate.Instance.Name == wanted) is { } named)
                return named;
            // A service that is not there at all is reported where the settings are read.
            if (drafts.ContainsKey($"service.{wanted}"))
                Report(user, key, $"there is no service '{wanted}' that provides {contract.Name}; {Available(candidates)}");
            return null;
        }
        switch (candidates.Length)
        {
            case 1:
                return candidates[0];
            case 0:
                Report(user, "plugin", $"{user.Instance.Plugin} needs a service that provides {contract.Name}: add a table such as [service.{key}] with its plugin");
                return null;
            default:
                Report(user, key, $"several services provide {contract.Name}: name one, {key} = \"{candidates[0].Instance.Name}\"; {Available(candidates)}");
                return null;
        }
    }

    // Which of several would be meant is nothing to stop a start for.
    private bool IsPresent(InstanceDraft user, Type contract) => user.Origin.Table.Table.Text(KeyOf(contract)) is not null || CandidatesFor(user, contract).Length == 1;

    private InstanceDraft[] CandidatesFor(InstanceDraft user, Type contract) => [.. drafts.Values.Where(draft => draft != user && draft.Instance.Provided.Contains(contract))];

    private static string Available(InstanceDraft[] candidates) =>
        candidates.Length == 0 ? "no service does" : $"those that do: {string.Join(", ", candidates.Select(candidate => candidate.Instance.Name))}";

    private static string KeyOf(Type contract) => contract.GetCustomAttribute<ServiceContractAttribute>()!.Key;

    private void Report(InstanceDraft draft, string key, string text) =>
        problems.Error(text, draft.Origin.Table.Table.Locate(key));
}
