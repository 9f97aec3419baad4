using Microsoft.Extensions.DependencyInjection;

namespace FilterHost;

/// <summary>Registrations for one table of the settings file. Implemented by the host; valid during <see cref="FilterPlugin{TSettings}.Configure(IPluginBuilder, TSettings)"/> only, on its thread.</summary>
public interface IPluginBuilder
{
    /// <summary>The name of the table: <c>sign</c> for <c>[filter.sign]</c>.</summary>
    string InstanceName { get; }

    /// <summary>A folder of the instance's own that the host's user may write. It is made when first read.</summary>
    string DataDirectory { get; }

    /// <summary>The folder of the settings file that has the table: paths inside a setting's text are relative to it.</summary>
    string SettingsDirectory { get; }

    /// <summary>
    /// The container of the instance. The host has put in: the settings record, <c>ILogger&lt;T&gt;</c> (with the queue id in the scope of a message), <see cref="TimeProvider"/>,
    /// <c>IMeterFactory</c>, <see cref="ConnectionState{T}"/> and the services of other plugins that were asked for with <see cref="Use{TContract}"/> or <see cref="UseIfPresent{TContract}"/>.
    /// </summary>
    IServiceCollection Services { get; }

    /// <summary>Registers a filter; a scoped instance is made for each message. The table must be a <c>[filter.…]</c>. Several filters run in the order of registration.</summary>
    void AddFilter<TFilter>(FilterTraits? traits = null)
        where TFilter : MessageFilter;

    /// <summary>Registers a connection filter; a scoped instance is made for each connection.</summary>
    void AddConnectionFilter<TFilter>()
        where TFilter : ConnectionFilter;

    /// <summary>
    /// Offers a service to other plugins: a singleton of <typeparamref name="TService"/> behind a contract such as <c>IDnsResolver</c>. It is called from many threads at once. What it throws reaches the caller as
    /// <see cref="ServiceFaultException"/>, with the text alone. It is disposed with the instance.
    /// </summary>
    void Provide<TContract, TService>()
        where TContract : class
        where TService : class, TContract;

    /// <summary>Asks for another plugin's service. It may then be injected, as a proxy that may be kept for the life of the instance. The settings' key for it (<c>resolver</c>, <c>key_store</c>) names the provider where there are several.</summary>
    void Use<TContract>()
        where TContract : class;

    /// <summary>
    /// Asks for another plugin's service that the filter can do without. Inject it as a parameter with the default null, which it is where no service provides the contract, or where several do and the table names none.
    /// </summary>
    void UseIfPresent<TContract>()
        where TContract : class;

    /// <summary>Registers a singleton that is started, checked, warmed up and stopped with the instance.</summary>
    void AddLifetime<TLifetime>()
        where TLifetime : class, IPluginLifetime;
}
