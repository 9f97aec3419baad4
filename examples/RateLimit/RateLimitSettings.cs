namespace FilterHost.Examples.RateLimit;

public sealed record RateLimitSettings
{
    [Setting("Whose messages are counted together: user, the login of the client; sender, the address in MAIL FROM; sender_domain; client, its address, of IPv6 its /64. Mail without it is not counted.")]
    public RateLimitBy By { get; init; } = RateLimitBy.User;

    [Setting("How many messages, or recipients, may come within the period. It has no default: say it.", Minimum = 1, Maximum = 1_000_000_000, Example = "200")]
    public required int Limit { get; init; }

    [Setting("The period, which slides: at any time what came within the last one counts, in proportion.", Minimum = 1, Maximum = 31 * 86_400)]
    public TimeSpan Period { get; init; } = TimeSpan.FromHours(1);

    [Setting("Count recipients in place of messages: a message to 50 people is 50.")]
    public bool CountRecipients { get; init; }

    [Setting("Users, senders, domains or clients, whatever is counted, that have no limit.")]
    public IReadOnlyList<string> Exempt { get; init; } = [];

    [Setting("What is done with a message beyond the limit, which itself is not counted: accept (only the log says it), tag, reject, tempfail, discard or quarantine.")]
    public MailAction OnLimit { get; init; } = MailAction.Tempfail;

    [Setting("What is done with a message that cannot be counted: Redis does not answer, or there is no room in memory.")]
    public MailAction OnUnavailable { get; init; } = MailAction.Tempfail;

    [Setting("How many users, senders or clients are counted in memory for a period. One more gets on_unavailable. Each takes some 200 octets.", Minimum = 1, Maximum = 100_000_000)]
    public int TableSize { get; init; } = 100_000;

    [Setting("Redis servers, host:port, of one installation that several hosts count in. Empty: each host counts alone, in memory, and from zero when it starts.", Example = "[\"127.0.0.1:6379\"]")]
    public IReadOnlyList<string> Redis { get; init; } = [];

    [Setting("The user at Redis. Default: its default user.")]
    public string? RedisUser { get; init; }

    [Setting("The password at Redis. Default: none.")]
    public Secret? RedisPassword { get; init; }

    [Setting("Speak TLS with Redis.")]
    public bool RedisTls { get; init; }

    [Setting("The time that Redis has to connect, and to answer.", Minimum = 0.01, Maximum = 60)]
    public TimeSpan RedisTimeout { get; init; } = TimeSpan.FromSeconds(1);

    [Setting("What the names of keys in Redis begin with. Hosts that count together have the same.")]
    public string RedisPrefix { get; init; } = "filterhost:rate";

    [Setting("The header field that says what was found, for tag.")]
    public string TagField { get; init; } = "X-Rate-Limit";
}
