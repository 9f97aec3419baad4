using FilterHost.Hosting.Pipeline;
using FilterHost.Hosting.Plugins;

namespace FilterHost.Hosting.Isolation;

/// <summary>What the host must know of a plugin's filters to put them in a pipeline: as one, since they are one member of it.</summary>
internal static class WorkerTraits
{
    public static WorkerAnswer Of(PluginInstance instance)
    {
        var filters = instance.Filters;
        return new WorkerAnswer
        {
            Traits = TraitsOf([.. filters.Select(filter => filter.Traits)]),
            Stages = [.. StagesOf(filters)],
            OverridesConnect = instance.ConnectionFilters.Any(filter => filter.OverridesConnect),
            OverridesHelo = instance.ConnectionFilters.Any(filter => filter.OverridesHelo),
            OverridesUnknownCommand = instance.ConnectionFilters.Any(filter => filter.OverridesUnknownCommand),
        };
    }

    private static FilterTraits TraitsOf(FilterTraits[] all) => new()
    {
        Publishes = Union(all, traits => traits.Publishes),
        // What an earlier one of them publishes is no need of the whole.
        Needs = [.. all.SelectMany((traits, index) => traits.Needs.Where(method => !all.Take(index).Any(earlier => earlier.Publishes.Contains(method)))).Distinct()],
        Uses = Union(all, traits => traits.Uses),
        EditsFields = Union(all, traits => traits.EditsFields),
        EditsBody = all.Any(traits => traits.EditsBody),
        EditsEnvelope = all.Any(traits => traits.EditsEnvelope),
        Quarantines = all.Any(traits => traits.Quarantines),
        SignsFields = Union(all, traits => traits.SignsFields),
        SignsBody = all.Any(traits => traits.SignsBody),
        // The worker keeps the message that its filter needs whole.
        NeedsWholeMessage = false,
        // The message crosses to the worker once, so it must be complete: what earlier filters did stands in it.
        WaitsForEarlierFilters = true,
        MayStopReadingBody = all.Any(traits => traits.MayStopReadingBody),
        Macros = [.. all.SelectMany(traits => traits.Macros)],
    };

    private static IEnumerable<FilterStage> StagesOf(IReadOnlyList<FilterRegistration> filters)
    {
        if (filters.Count == 0)
            yield break;
        var readsBody = filters.Any(filter => filter.ReadsBody || filter.Traits.NeedsWholeMessage);
        var readsContent = readsBody || filters.Any(filter => filter.Overrides(FilterStage.EndOfHeaders) || filter.Overrides(FilterStage.EndOfMessage));
        foreach (var stage in new[] { FilterStage.Mail, FilterStage.Recipient, FilterStage.Data })
        {
            if (filters.Any(filter => filter.Overrides(stage)))
                yield return stage;
        }
        if (readsContent)
            yield return FilterStage.EndOfHeaders;
        if (readsBody)
            yield return FilterStage.Body;
        // What was found comes back there.
        yield return FilterStage.EndOfMessage;
    }

    private static string[] Union(FilterTraits[] all, Func<FilterTraits, IReadOnlyList<string>> of) => [.. all.SelectMany(of).Distinct(StringComparer.Ordinal)];
}
