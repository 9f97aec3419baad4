namespace FilterHost.Plugins.DkimSign;

/// <summary>What is done to our own mail with several From fields or authors of several domains.</summary>
public enum SeveralFromPolicy
{
    /// <summary>It goes out unsigned.</summary>
    Accept,
    Reject,
}
