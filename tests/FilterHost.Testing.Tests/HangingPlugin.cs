namespace FilterHost.Testing.Tests;

/// <summary>Never answers at MAIL.</summary>
public sealed class HangingPlugin : FilterPlugin<HangingPlugin.Settings>
{
    public override void Configure(IPluginBuilder builder, Settings settings) => builder.AddFilter<Filter>();

    public sealed record Settings;

    internal sealed class Filter : MessageFilter
    {
        public override ValueTask<Verdict> OnMailAsync(MailTransaction transaction) => new(new TaskCompletionSource<Verdict>().Task);
    }
}
