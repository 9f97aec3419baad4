using FilterHost.Hosting.Configuration;

namespace FilterHost.Import;

/// <summary>The actions of On-BadSignature and its like.</summary>
internal static class DaemonAction
{
    /// <summary>The action of an option, before it On-Default's, before that the daemon's default.</summary>
    public static string Of(DaemonConfiguration configuration, string option, ProblemList problems)
    {
        foreach (var name in new[] { option, "On-Default" })
        {
            if (configuration.Find(name) is not { } setting)
                continue;
            if (Translate(setting.Value) is { } action)
                return action;
            problems.Error($"'{setting.Value}' is no action: accept, discard, quarantine, reject or tempfail", setting.Location);
        }
        return configuration.Options.Find(option)!.Default!;
    }

    private static string? Translate(string value) => value.ToLowerInvariant() switch
    {
        "a" or "accept" => "accept",
        "d" or "discard" => "discard",
        "q" or "quarantine" => "quarantine",
        "r" or "reject" => "reject",
        "t" or "tempfail" => "tempfail",
        _ => null,
    };
}
