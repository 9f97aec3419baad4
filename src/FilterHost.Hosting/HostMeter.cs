using System.Diagnostics.Metrics;

namespace FilterHost.Hosting;

/// <summary>What the host counts, for those who listen to meters: dotnet-counters, OpenTelemetry.</summary>
internal static class HostMeter
{
    /// <summary>The meter's name.</summary>
    public const string Name = "FilterHost";

    private static readonly Meter Meter = new(Name);

    /// <summary>Faults of filters, by <c>filter</c> (its table), <c>plugin</c> and <c>kind</c>.</summary>
    public static Counter<long> Faults { get; } = Meter.CreateCounter<long>("filterhost.filter.faults", "{fault}", "Calls of filters that failed, and messages that a suspended filter had no part in.");
}
