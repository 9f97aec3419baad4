using FilterHost.Hosting.Plugins;

namespace FilterHost.Hosting.Pipeline;

/// <summary>A connection filter's place in a pipeline.</summary>
internal sealed record ConnectionMember(PluginInstance Instance, ConnectionFilterRegistration Registration, FilterGuard Guard);
