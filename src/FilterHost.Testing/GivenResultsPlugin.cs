namespace FilterHost.Testing;

/// <summary>Stands in for an earlier filter that published results.</summary>
internal sealed class GivenResultsPlugin : FilterPlugin<GivenResults>
{
    public override void Configure(IPluginBuilder builder, GivenResults settings) =>
        builder.AddFilter<Filter>(new FilterTraits { Publishes = [.. settings.Results.Select(result => result.Method).Distinct(StringComparer.Ordinal)] });

    private sealed class Filter(GivenResults given) : MessageFilter
    {
        public override ValueTask<Verdict> OnEndOfMessageAsync(CompleteMessage message)
        {
            foreach (var result in given.Results)
                message.Publish(result);
            return Verdict.Continue;
        }
    }
}
