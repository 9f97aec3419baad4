using Microsoft.Extensions.DependencyInjection;

namespace FilterHost.Verification;

/// <summary>Stands in for a plugin that provides a service, so that the proxy between it and the plugin under verification is the shipped one.</summary>
internal sealed class StandInPlugin : FilterPlugin<StandIn>
{
    public override void Configure(IPluginBuilder builder, StandIn settings) => builder.Services.AddSingleton(settings.Contract, settings.Service);
}
