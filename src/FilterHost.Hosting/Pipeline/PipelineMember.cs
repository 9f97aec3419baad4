using FilterHost.Hosting.Plugins;

namespace FilterHost.Hosting.Pipeline;

/// <summary>A message filter's place in a pipeline.</summary>
internal sealed record PipelineMember(PluginInstance Instance, FilterRegistration Registration, FilterGuard Guard)
{
    /// <summary>The filter's table.</summary>
    public string Name => Guard.Name;

    public FilterTraits Traits => Registration.Traits;
}
