namespace FilterHost.Hosting.Generations;

/// <summary>A plugin threw while its instance was started or warmed up.</summary>
internal sealed class PluginStartException(string message, Exception inner) : Exception(message, inner);
