namespace FilterHost.Testing;

/// <summary>A service that the test gives as an object.</summary>
internal sealed record GivenService(Type Contract, object Service);
