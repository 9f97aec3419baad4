namespace FilterHost.TestPlugins.Wrecker;

public sealed class WreckerLifetime(WreckerSettings settings) : IPluginLifetime
{
    public ValueTask CheckAsync(IProblemReport report, CancellationToken cancellationToken)
    {
        if (settings.Refuses is { } text)
            report.Add(ProblemSeverity.Error, text, "refuses");
        return ValueTask.CompletedTask;
    }
}
