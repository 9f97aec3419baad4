namespace FilterHost.Hosting.Pipeline;

/// <summary>What a host tells a worker of a connection and of the message in hand, which no command of the protocol carries.</summary>
internal sealed record ToldFacts
{
    public required string Listener { get; init; }

    public required bool IsInternal { get; init; }

    public MailOrigin Origin { get; init; }

    /// <summary>The origin in words.</summary>
    public string OriginWords { get; init; } = "";

    /// <summary>What earlier filters and listeners have found.</summary>
    public IReadOnlyList<AuthenticationResult> Results { get; init; } = [];

    /// <summary>What earlier filters have left.</summary>
    public IReadOnlyDictionary<string, object> Attributes { get; init; } = new Dictionary<string, object>();

    /// <summary>Recipients that the worker has heard of and others have refused, by their number in the message from 0.</summary>
    public IReadOnlyList<int> RefusedRecipients { get; init; } = [];

    /// <summary>The most DNS questions that a filter may ask for the message.</summary>
    public int DnsQuestions { get; init; }
}
