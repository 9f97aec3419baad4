namespace FilterHost.Testing;

/// <summary>Results that stand before the filter under test.</summary>
internal sealed record GivenResults(IReadOnlyList<AuthenticationResult> Results);
