namespace FilterHost.Verification;

/// <summary>A service in place of one that another plugin would provide.</summary>
internal sealed record StandIn(Type Contract, object Service);
