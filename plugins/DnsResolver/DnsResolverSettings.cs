using System.Net;

namespace FilterHost.Plugins.DnsResolver;

/// <summary>Settings of <see cref="DnsResolverPlugin"/>.</summary>
public sealed record DnsResolverSettings
{
    /// <summary>The servers.</summary>
    [Setting("The recursive servers to ask, tried in order, each with its port. One that does not answer, fails or refuses is followed by the next. Default: those of /etc/resolv.conf. A validating resolver on this host is the best choice: answers over a network can be forged.", Example = "[\"127.0.0.1:53\"]")]
    public IReadOnlyList<IPEndPoint> Servers { get; init; } = [];

    /// <summary>The time for one try.</summary>
    [Setting("How long one try at one server may take; an answer that is cut and asked again over TCP has the time anew. Times the tries, times the servers, it bounds how long a message waits for a name that nobody answers for.", Minimum = 0.1, Maximum = 60)]
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Tries.</summary>
    [Setting("How often each server is tried, each time after all the others, before the question has failed.", Minimum = 1, Maximum = 5)]
    public int Attempts { get; init; } = 2;

    /// <summary>Whether AD counts.</summary>
    [Setting("Whether the servers are trusted to say that they validated an answer with DNSSEC (the AD bit, RFC 4035 §3.2.3), or that its validation failed (RFC 8914). True only where they are on this host or reached over a path that nobody can write on.")]
    public bool Trusted { get; init; }

    /// <summary>Bound of the cache.</summary>
    [Setting("How many answers are remembered, those that say no included. One that is longer counts once for each kilobyte begun. 0 asks anew each time. The least recently used go first.", Minimum = 0, Maximum = 10_000_000)]
    public int CacheEntries { get; init; } = 10_000;

    /// <summary>Cap of the time to live.</summary>
    [Setting("The longest that an answer is remembered, whatever its time to live. A shorter time notices a withdrawn key sooner.", Minimum = 0, Maximum = 604800)]
    public TimeSpan MaximumTimeToLive { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Cap of the time to live of negative answers.</summary>
    [Setting("The longest that the absence of a name or record is remembered (RFC 2308 §5). A short time notices a new key sooner.", Minimum = 0, Maximum = 10800)]
    public TimeSpan NegativeTimeToLive { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Time to live of failures.</summary>
    [Setting("How long it is remembered that a question failed or timed out (RFC 9520 §3.2). It keeps a flood of mail from waiting for dead servers again and again; mail that was deferred comes back later than this. 0 asks anew each time.", Minimum = 0, Maximum = 300)]
    public TimeSpan FailureTimeToLive { get; init; } = TimeSpan.FromSeconds(5);
}
