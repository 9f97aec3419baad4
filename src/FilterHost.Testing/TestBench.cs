using FilterHost.Dns;
using FilterHost.Hosting.Configuration;

namespace FilterHost.Testing;

/// <summary>Plugins, services and surroundings of a test.</summary>
/// <param name="Plugin">The plugin under test.</param>
internal sealed record TestBench(PluginTable Plugin)
{
    /// <summary>Plugins that come before it.</summary>
    public IReadOnlyList<PluginTable> Before { get; init; } = [];

    /// <summary>Services by contract.</summary>
    public IReadOnlyDictionary<Type, object> Services { get; init; } = new Dictionary<Type, object>();

    /// <summary>Records in the format of zone files.</summary>
    public string Zone { get; init; } = "";

    public IReadOnlyDictionary<DomainName, DnsOutcome> DnsFailures { get; init; } = new Dictionary<DomainName, DnsOutcome>();

    public IReadOnlyList<HostPattern> Internal { get; init; } = new HostSettings().Internal;

    public bool IsObserved { get; init; }

    /// <summary>True where messages go over a real socket.</summary>
    public bool IsOverSocket { get; init; }

    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
