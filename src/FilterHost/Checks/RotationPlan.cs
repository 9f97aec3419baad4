using FilterHost.Hosting.Plugins;

namespace FilterHost.Checks;

/// <summary>How the keys of a domain are to be rotated.</summary>
internal sealed record RotationPlan
{
    public required DomainName Domain { get; init; }

    /// <summary>The store that has the domain's keys.</summary>
    public required PluginInstance Store { get; init; }

    /// <summary>The selector of the next key; null for one of the day.</summary>
    public string? Selector { get; init; }

    /// <summary>The length of a new RSA key.</summary>
    public int RsaBits { get; init; } = 2048;

    /// <summary>How long the record of a retired key has to stay in DNS: as long as mail that it signed may be under way.</summary>
    public TimeSpan Keep { get; init; } = TimeSpan.FromDays(7);

    /// <summary>How old keys get before they are rotated; null for now.</summary>
    public TimeSpan? Every { get; init; }
}
