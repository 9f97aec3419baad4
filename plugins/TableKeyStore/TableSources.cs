namespace FilterHost.Plugins.TableKeyStore;

/// <summary>Where the tables are, and what relative paths of keys are relative to.</summary>
internal sealed record TableSources(DataSet Signing, DataSet Keys, string BaseDirectory);
