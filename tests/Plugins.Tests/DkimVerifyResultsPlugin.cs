namespace FilterHost.Plugins.Tests;

/// <summary>A later filter that tells what it sees of the results of DKIM.</summary>
public sealed class DkimVerifyResultsPlugin : FilterPlugin<DkimVerifyResultsPlugin.Settings>
{
    public override void Configure(IPluginBuilder builder, Settings settings) => builder.AddFilter<Filter>(new FilterTraits { Needs = ["dkim"] });

    public sealed record Settings;

    internal sealed class Filter : MessageFilter
    {
        public override ValueTask<Verdict> OnEndOfMessageAsync(CompleteMessage message)
        {
            foreach (var result in message.Results.OfType<DkimSignatureResult>())
                message.Note($"{result.SigningDomain} {result.Outcome} {result.Field?.Text.Length > 0}");
            return Verdict.Continue;
        }
    }
}
