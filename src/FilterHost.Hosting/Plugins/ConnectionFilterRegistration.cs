using System.Reflection;
using Microsoft.Extensions.DependencyInjection;

namespace FilterHost.Hosting.Plugins;

/// <summary>A connection filter that a plugin has registered, and the stages that it overrides.</summary>
internal sealed class ConnectionFilterRegistration
{
    private readonly ObjectFactory _factory;

    public ConnectionFilterRegistration(Type filterType)
    {
        _factory = ActivatorUtilities.CreateFactory(filterType, []);
        OverridesConnect = Overrides(filterType, nameof(ConnectionFilter.OnConnectAsync));
        OverridesHelo = Overrides(filterType, nameof(ConnectionFilter.OnHeloAsync));
        OverridesUnknownCommand = Overrides(filterType, nameof(ConnectionFilter.OnUnknownCommandAsync));
    }

    public bool OverridesConnect { get; init; }

    public bool OverridesHelo { get; init; }

    public bool OverridesUnknownCommand { get; init; }

    public ConnectionFilter Create(IServiceProvider scope) => (ConnectionFilter)_factory(scope, null);

    private static bool Overrides(Type type, string method) =>
        type.GetMethod(method, BindingFlags.Public | BindingFlags.Instance)!.DeclaringType != typeof(ConnectionFilter);
}
