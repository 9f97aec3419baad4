namespace FilterHost.Hosting.Isolation;

/// <summary>A <see cref="GenericResult"/> on its way between host and worker.</summary>
internal sealed record CarriedGenericResult(string Method, string Word, IReadOnlyList<ResultProperty> Properties, string? Reason, ResultProvenance Provenance);
