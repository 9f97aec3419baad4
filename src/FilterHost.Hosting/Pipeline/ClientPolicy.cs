using FilterHost.Hosting.Configuration;

namespace FilterHost.Hosting.Pipeline;

/// <summary>Whom a listener takes for its own, and whom it lets pass unheard.</summary>
internal sealed record ClientPolicy
{
    /// <summary>Clients whose mail is our own.</summary>
    public HostList Internal { get; init; } = HostList.Empty;

    /// <summary>Clients that no filter hears of.</summary>
    public HostList Peers { get; init; } = HostList.Empty;

    /// <summary>Services of the MTA whose mail is our own, by <c>{daemon_name}</c>.</summary>
    public IReadOnlyList<string> InternalDaemons { get; init; } = [];

    /// <summary>Macros that mark mail as our own.</summary>
    public IReadOnlyList<MacroCondition> InternalMacros { get; init; } = [];

    /// <summary>Macros that the MTA is asked for. All but those of a recipient are known at MAIL; what a rule of the MTA sets later is known at the end of the headers, where the origin is decided.</summary>
    public IEnumerable<MacroRequest> MacroRequests
    {
        get
        {
            if (Internal.HasNames || Peers.HasNames)
                yield return new MacroRequest(MacroStage.Connect, ["{client_resolve}"]);
            if (InternalMacros.Count == 0)
                yield break;
            string[] names = [.. InternalMacros.Select(condition => condition.Macro)];
            yield return new MacroRequest(MacroStage.Mail, names);
            yield return new MacroRequest(MacroStage.EndOfHeaders, names);
        }
    }

    /// <summary>How the MTA's macros mark a message as our own, or null.</summary>
    public string? InternalMark(ConnectionFacts connection)
    {
        if (connection.DaemonName is { } daemon && InternalDaemons.Contains(daemon, StringComparer.Ordinal))
            return $"mail of daemon {daemon} is internal";
        return InternalMacros.FirstOrDefault(condition => condition.IsMet(connection.Macros)) is { } met
            ? $"mail with macro {met.Macro} = {connection.Macros[met.Macro]} is internal"
            : null;
    }
}
