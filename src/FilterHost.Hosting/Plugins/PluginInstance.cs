using FilterHost.Dns;
using FilterHost.Hosting.Pipeline;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FilterHost.Hosting.Plugins;

/// <summary>One table of the settings with its plugin, container and registrations.</summary>
internal sealed class PluginInstance : IAsyncDisposable
{
    private readonly ServiceCollection _services = new();
    private readonly PluginBuilder _builder;
    private readonly Dictionary<Type, ServiceProxy> _offered = [];
    private ServiceProvider? _provider;
    private bool _isSuspended;

    private PluginInstance(string name, string plugin, string dataDirectory, string settingsDirectory) =>
        (Name, Plugin, _builder) = (name, plugin, new PluginBuilder(name, dataDirectory, settingsDirectory, _services));

    /// <summary>The name of the table.</summary>
    public string Name { get; }

    /// <summary>The name of the plugin.</summary>
    public string Plugin { get; }

    public IReadOnlyList<FilterRegistration> Filters => _builder.Filters;

    public IReadOnlyList<ConnectionFilterRegistration> ConnectionFilters => _builder.ConnectionFilters;

    public IReadOnlyList<Type> Provided => _builder.Provided;

    public IReadOnlyList<Type> Used => _builder.Used;

    /// <summary>Contracts that it takes where they are there; see <see cref="Build"/>.</summary>
    public IReadOnlyList<Type> UsedIfPresent => _builder.UsedIfPresent;

    /// <summary>True since a thread of the plugin's own threw: nothing of it is called any more.</summary>
    public bool IsSuspended => Volatile.Read(ref _isSuspended);

    /// <summary>The instance's objects with a life of their own. The container must be built.</summary>
    public IEnumerable<IPluginLifetime> Lifetimes => _builder.Lifetimes.Select(type => (IPluginLifetime)Provider.GetRequiredService(type));

    /// <summary>True once the container is built.</summary>
    public bool IsBuilt => _provider is not null;

    private ServiceProvider Provider => _provider ?? throw new InvalidOperationException($"{Name} is not built yet");

    /// <summary>Lets the plugin register for a table.</summary>
    /// <exception cref="SettingException">The plugin refuses its settings.</exception>
    public static PluginInstance Configure(string name, string pluginName, FilterPlugin plugin, object settings, string dataDirectory, ILoggerFactory loggers, TimeProvider time, string? settingsDirectory = null)
    {
        var instance = new PluginInstance(name, pluginName, dataDirectory, settingsDirectory ?? Environment.CurrentDirectory);
        var services = instance._services;
        services.AddSingleton(plugin.SettingsType, settings);
        services.AddSingleton(loggers);
        services.AddSingleton(time);
        services.AddMetrics();
        services.AddScoped<ScopeContext>();
        services.AddScoped(typeof(ILogger<>), typeof(ScopedLogger<>));
        services.AddScoped(scope => scope.GetRequiredService<ScopeContext>().ConnectionState ?? new ConnectionStateValues());
        services.AddScoped(typeof(ConnectionState<>));
        plugin.Configure(instance._builder, settings);
        return instance;
    }

    /// <summary>Builds the container; every contract that the instance uses comes from the proxy given for it.</summary>
    /// <param name="proxyOf">Gives it; null for one of <see cref="UsedIfPresent"/> that is not there.</param>
    public void Build(Func<Type, object?> proxyOf)
    {
        foreach (var contract in Used.Concat(UsedIfPresent).Distinct())
        {
            var proxy = proxyOf(contract);
            if (proxy is IDnsResolver resolver)
                _services.AddScoped<IDnsResolver>(scope => new ScopedDnsResolver(resolver, scope.GetRequiredService<ScopeContext>()));
            else if (proxy is not null)
                _services.AddSingleton(contract, proxy);
        }
        _provider = _services.BuildServiceProvider();
    }

    /// <summary>A proxy of a service that the instance provides; it fails once the instance is gone.</summary>
    public object Offer(Type contract)
    {
        if (!_offered.TryGetValue(contract, out var proxy))
            _offered[contract] = proxy = ServiceProxy.Create(contract, this);
        return proxy;
    }

    public TContract GetService<TContract>()
        where TContract : class => Provider.GetRequiredService<TContract>();

    /// <summary>A scope for a transaction.</summary>
    public AsyncServiceScope CreateScope(Transaction transaction)
    {
        var scope = CreateScope(transaction.States);
        scope.ServiceProvider.GetRequiredService<ScopeContext>().Transaction = transaction;
        return scope;
    }

    /// <summary>A scope for a connection.</summary>
    public AsyncServiceScope CreateScope(ConnectionStates states)
    {
        var scope = Provider.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<ScopeContext>().ConnectionState = states.For(this);
        return scope;
    }

    /// <summary>Suspends the instance; false where it is already.</summary>
    public bool Suspend() => !Interlocked.Exchange(ref _isSuspended, true);

    public async ValueTask DisposeAsync()
    {
        foreach (var proxy in _offered.Values)
            proxy.Revoke();
        if (_provider is not null)
            await _provider.DisposeAsync().ConfigureAwait(false);
    }
}
