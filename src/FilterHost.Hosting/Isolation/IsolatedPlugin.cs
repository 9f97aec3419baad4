using FilterHost.Hosting.Pipeline;
using FilterHost.Hosting.Plugins;

namespace FilterHost.Hosting.Isolation;

/// <summary>Stands for a plugin that runs in a worker: the same traits and stages, its filters' work elsewhere.</summary>
internal sealed class IsolatedPlugin(WorkerAnswer answer) : FilterPlugin<IsolatedWorker>
{
    public override void Configure(IPluginBuilder builder, IsolatedWorker settings)
    {
        var own = (PluginBuilder)builder;
        if (answer.Stages.Count > 0)
            own.Filters.Add(new FilterRegistration(typeof(IsolatedMessageFilter), answer.Traits, answer.Stages));
        if (answer is { OverridesConnect: true } or { OverridesHelo: true } or { OverridesUnknownCommand: true })
        {
            own.ConnectionFilters.Add(new ConnectionFilterRegistration(typeof(IsolatedConnectionFilter))
            {
                OverridesConnect = answer.OverridesConnect,
                OverridesHelo = answer.OverridesHelo,
                OverridesUnknownCommand = answer.OverridesUnknownCommand,
            });
        }
        builder.AddLifetime<IsolatedLifetime>();
    }
}
