using System.Reflection;
using FilterHost.Hosting.Pipeline;
using Microsoft.Extensions.DependencyInjection;

namespace FilterHost.Hosting.Plugins;

/// <summary>Collects the registrations of one table.</summary>
internal sealed class PluginBuilder(string instanceName, string dataDirectory, string settingsDirectory, IServiceCollection services) : IPluginBuilder
{
    public string InstanceName => instanceName;

    public string DataDirectory => Directory.CreateDirectory(dataDirectory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName;

    public string SettingsDirectory => settingsDirectory;

    public IServiceCollection Services => services;

    public List<FilterRegistration> Filters { get; } = [];

    public List<ConnectionFilterRegistration> ConnectionFilters { get; } = [];

    /// <summary>Contracts that the instance offers.</summary>
    public List<Type> Provided { get; } = [];

    /// <summary>Contracts that the instance asks for.</summary>
    public List<Type> Used { get; } = [];

    /// <summary>Contracts that it takes where they are there.</summary>
    public List<Type> UsedIfPresent { get; } = [];

    public List<Type> Lifetimes { get; } = [];

    public void AddFilter<TFilter>(FilterTraits? traits = null)
        where TFilter : MessageFilter => Filters.Add(new FilterRegistration(typeof(TFilter), traits ?? new FilterTraits()));

    public void AddConnectionFilter<TFilter>()
        where TFilter : ConnectionFilter => ConnectionFilters.Add(new ConnectionFilterRegistration(typeof(TFilter)));

    public void Provide<TContract, TService>()
        where TContract : class
        where TService : class, TContract
    {
        CheckContract(typeof(TContract));
        // One object may stand behind several contracts.
        AddSingletonOnce<TService>();
        services.AddSingleton<TContract>(provider => provider.GetRequiredService<TService>());
        Provided.Add(typeof(TContract));
    }

    public void Use<TContract>()
        where TContract : class
    {
        CheckContract(typeof(TContract));
        if (!Used.Contains(typeof(TContract)))
            Used.Add(typeof(TContract));
    }

    public void UseIfPresent<TContract>()
        where TContract : class
    {
        CheckContract(typeof(TContract));
        UsedIfPresent.Add(typeof(TContract));
    }

    public void AddLifetime<TLifetime>()
        where TLifetime : class, IPluginLifetime
    {
        AddSingletonOnce<TLifetime>();
        Lifetimes.Add(typeof(TLifetime));
    }

    // The host stands between the plugins that meet in a contract, so it must know it.
    private static void CheckContract(Type contract)
    {
        if (contract.GetCustomAttribute<ServiceContractAttribute>() is null || contract.Assembly != typeof(ServiceContractAttribute).Assembly)
            throw new InvalidOperationException($"{contract} is no service contract");
    }

    private void AddSingletonOnce<T>()
        where T : class
    {
        if (!services.Any(descriptor => descriptor.ServiceType == typeof(T)))
            services.AddSingleton<T>();
    }
}
