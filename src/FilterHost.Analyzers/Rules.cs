using Microsoft.CodeAnalysis;

namespace FilterHost.Analyzers;

/// <summary>What is warned of. README.md has more on each rule, and goes into the package.</summary>
internal static class Rules
{
    private const string Category = "FilterHost";

    public static readonly DiagnosticDescriptor KeptView = new(
        "FH0001",
        "Octets are kept beyond the call",
        "'{0}' is valid during the call only, and is kept beyond it: take a copy (ToArray) of what is needed later",
        Category,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "The host uses the memory of a body chunk, and the stream of the whole message, again as soon as the call returns. What was kept then shows another message's octets.");

    public static readonly DiagnosticDescriptor BlockingCall = new(
        "FH0002",
        "A call blocks the thread",
        "'{0}' blocks the thread, which serves other messages too: {1}",
        Category,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "Filters and services run on the threads of the pool. Each that waits there takes a thread from all other mail; a filter that waits too long has its session taken away and may be suspended.");

    public static readonly DiagnosticDescriptor StaticEvent = new(
        "FH0003",
        "A static event keeps the plugin in memory",
        "'{0}' keeps the plugin's code in memory for good: unsubscribe in DisposeAsync or IPluginLifetime.StopAsync, or use the token and the lifetime that the host gives",
        Category,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "The event outlives the plugin and refers to its code, so that a reload cannot unload the old version.");

    public static readonly DiagnosticDescriptor ReflectionJson = new(
        "FH0004",
        "JSON by reflection keeps the plugin in memory",
        "'{0}' by reflection keeps the plugin's types in memory for good: pass the JsonTypeInfo of a JsonSerializerContext",
        Category,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "System.Text.Json caches what it found out by reflection for the life of the process, with private options too, so that a reload cannot unload the old version. Source generation has no such cache.");

    public static readonly DiagnosticDescriptor UndisposedTimer = new(
        "FH0005",
        "A timer is not disposed",
        "'{0}' is never disposed: it runs on after a reload, and keeps the plugin's code in memory",
        Category,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        "A running timer is a root: its callback, the object that it belongs to and the whole plugin stay in memory, and it goes on calling. Periodic work is better done by IPluginLifetime.RunPeriodicallyAsync.");
}
