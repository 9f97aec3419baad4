namespace FilterHost.Testing.Tests;

/// <summary>A plugin whose settings have a range and a contradiction to find, whose own check finds a name, and whose filter throws where it is told.</summary>
public sealed class LimitedPlugin : FilterPlugin<LimitedPlugin.Settings>
{
    public override void Configure(IPluginBuilder builder, Settings settings)
    {
        if (settings.Least > settings.Most)
            throw new SettingException("least", "is above most");
        builder.AddLifetime<Check>();
        builder.AddFilter<Filter>(new FilterTraits { Publishes = ["x-limited"] });
    }

    public sealed record Settings
    {
        [Setting("The least.", Minimum = 0, Maximum = 10)] public int Least { get; init; }

        [Setting("The most.", Minimum = 0, Maximum = 10)] public int Most { get; init; } = 10;

        [Setting("What is wrong.")] public string Wrong { get; init; } = "";

        [Setting("What is odd.")] public string Odd { get; init; } = "";

        [Setting("Throw at the end of headers.")] public bool Throw { get; init; }
    }

    internal sealed class Check(Settings settings) : IPluginLifetime
    {
        public ValueTask CheckAsync(IProblemReport report, CancellationToken cancellationToken)
        {
            if (settings.Wrong.Length > 0)
                report.Add(ProblemSeverity.Error, settings.Wrong, "wrong");
            if (settings.Odd.Length > 0)
                report.Add(ProblemSeverity.Warning, settings.Odd, "odd");
            return ValueTask.CompletedTask;
        }
    }

    internal sealed class Filter(Settings settings) : MessageFilter
    {
        public override ValueTask<Verdict> OnEndOfHeadersAsync(MailMessage message) =>
            settings.Throw ? throw new InvalidOperationException("a bug") : Verdict.Continue;
    }
}
