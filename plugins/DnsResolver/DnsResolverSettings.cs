using System.Net;

namespace FilterHost.Plugins.DnsResolver;

/// <summary>Settings of <see cref="DnsResolverPlugin"/>.</summary>
public sealed record DnsResolverSettings
{
    /// <summary>The servers.</summary>
    [Setting("The recursive servers to ask, tried in order, each with its port. Default: those of /etc/resolv.conf. A validating resolver on this host is the best choice: answers over a network can be forged.", Example = "[\"127.0.0.1:53\"]")]
    public IReadOnlyList<IPEndPoint> Servers { get; init; } = [];

    /// <summary>The time for one try.</summary>
    [Setting("How long one try at one server may take. With the tries it bounds how long a message waits for a name whose servers are dead.", Minimum = 0.1, Maximum = 60)]
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Tries.</summary>
    [Setting("How often each server is tried before the answer is a timeout.", Minimum = 1, Maximum = 5)]
    public int Attempts { get; init; } = 2;

    /// <summary>Whether AD counts.</summary>
    [Setting("Whether the servers are trusted to say that they validated an answer with DNSSEC (the AD bit, RFC 4035 §3.2.3). True only where they are on this host or reached over a path that nobody can write on.")]
    public bool Trusted { get; init; }

    /// <summary>Bound of the cache.</summary>
    [Setting("How many answers are remembered, those that say no included. 0 asks anew each time. The least recently used go first.", Minimum = 0, Maximum = 10_000_000)]
    public int CacheEntries { get; init; } = 10_000;

    /// <summary>Cap of the time to live.</summary>
    [Setting("The longest that an answer is remembered, whatever its time to live. A shorter time notices a withdrawn key sooner.", Minimum = 0, Maximum = 604800)]
    public TimeSpan MaximumTimeToLive { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Cap of the time to live of negative answers.</summary>
    [Setting("The longest that the absence of a name or record is remembered (RFC 2308 §5). A short time notices a new key sooner.", Minimum = 0, Maximum = 10800)]
    public TimeSpan NegativeTimeToLive { get; init; } = TimeSpan.FromMinutes(5);
}
