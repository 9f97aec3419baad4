namespace FilterHost.Examples.RateLimit;

/// <summary>Whose messages are counted together.</summary>
public enum RateLimitBy
{
    /// <summary>The login of the client; mail without one is not counted.</summary>
    User,

    /// <summary>The address in MAIL FROM, letter case ignored; bounces are not counted.</summary>
    Sender,

    /// <summary>The domain in MAIL FROM; bounces are not counted.</summary>
    SenderDomain,

    /// <summary>The client's address, of IPv6 its /64; a client without one is not counted.</summary>
    Client,
}
