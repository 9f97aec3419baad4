using Microsoft.Extensions.DependencyInjection;

namespace FilterHost.Testing;

/// <summary>Stands in for a plugin that provides a service.</summary>
internal sealed class GivenServicePlugin : FilterPlugin<GivenService>
{
    public override void Configure(IPluginBuilder builder, GivenService settings) => builder.Services.AddSingleton(settings.Contract, settings.Service);
}
