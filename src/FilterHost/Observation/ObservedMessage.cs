namespace FilterHost.Observation;

/// <summary>What an observing listener logged of a message, as far as it is compared.</summary>
internal sealed record ObservedMessage
{
    // What the log keeps of a value (observe.md).
    private const int LongestValue = 4000;

    /// <summary>The MTA's.</summary>
    public required string? QueueId { get; init; }

    /// <summary>What the MTA would have been told.</summary>
    public required string Verdict { get; init; }

    /// <summary>The reply with its filter in brackets, or null.</summary>
    public string? Reply { get; init; }

    /// <summary>The client's name and address.</summary>
    public string? Client { get; init; }

    /// <summary>Whose mail it is; null for a client whose messages were not looked at.</summary>
    public string? Origin { get; init; }

    /// <summary>The reverse-path.</summary>
    public string? From { get; init; }

    /// <summary>Recipients that a filter would have refused, each with the reply.</summary>
    public IReadOnlyList<(string Recipient, string? Reply)> RefusedRecipients { get; init; } = [];

    /// <summary>The signatures that we would have put on it.</summary>
    public IReadOnlyList<string> SignaturesMade { get; init; } = [];

    /// <summary>Our results.</summary>
    public IReadOnlyList<ObservedResult> Results { get; init; } = [];

    /// <summary>The Authentication-Results fields that it came with, from the top.</summary>
    public IReadOnlyList<string> AuthenticationResults { get; init; } = [];

    /// <summary>The DKIM-Signature fields that it came with, from the top.</summary>
    public IReadOnlyList<string> SignaturesReceived { get; init; } = [];

    /// <summary>True for a client that was refused, or let pass, before any message.</summary>
    public bool IsConnection => Origin is null;

    /// <summary>True where this host's own users wrote it.</summary>
    public bool IsOurs => Origin is "internal" or "authenticated";

    /// <summary>True where a value that is compared was too long for the log.</summary>
    public bool IsCut => SignaturesMade.Concat(SignaturesReceived).Concat(AuthenticationResults).Any(value => value.Length >= LongestValue);
}
