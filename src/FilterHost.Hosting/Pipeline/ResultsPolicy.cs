using System.Net;

namespace FilterHost.Hosting.Pipeline;

/// <summary>What a listener does about Authentication-Results.</summary>
internal sealed record ResultsPolicy
{
    /// <summary>The authserv-id; null is the MTA's own name.</summary>
    public string? AuthservId { get; init; }

    /// <summary>Further ids whose fields count as forged.</summary>
    public IReadOnlyList<string> AlsoOurs { get; init; } = [];

    /// <summary>Whether forged fields are removed; null is where a filter publishes results.</summary>
    public bool? Cleans { get; init; }

    /// <summary>Index at which fields are inserted: 0 is above the MTA's own Received field, 1 below it.</summary>
    public int Position { get; init; }

    /// <summary>Further ids, of other programs, whose results are believed.</summary>
    public IReadOnlyList<string> TrustedIds { get; init; } = [];

    /// <summary>Networks from which a message with our field on it has been judged before.</summary>
    public IReadOnlyList<IPNetwork> Reentry { get; init; } = [];

    /// <summary>What the listeners of this process leave each other.</summary>
    public ResultsLedger? Ledger { get; init; }
}
