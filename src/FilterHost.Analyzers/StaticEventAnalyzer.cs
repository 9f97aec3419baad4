using System.Collections.Concurrent;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace FilterHost.Analyzers;

/// <summary>FH0003: a subscription to another assembly's static event that the type never ends.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class StaticEventAnalyzer : PluginAnalyzer
{
    /// <summary>Made by the compiler.</summary>
    public StaticEventAnalyzer()
        : base(Rules.StaticEvent)
    {
    }

    private protected override void Register(CompilationStartAnalysisContext context, Contract contract) => context.RegisterSymbolStartAction(start =>
    {
        var added = new ConcurrentBag<(IEventSymbol Event, Location Place)>();
        var removed = new ConcurrentBag<IEventSymbol>();
        start.RegisterOperationAction(operation => Note((IEventAssignmentOperation)operation.Operation, operation.Compilation, added, removed), OperationKind.EventAssignment);
        start.RegisterSymbolEndAction(end =>
        {
            foreach (var (subscribed, place) in added.Where(entry => !removed.Contains(entry.Event, SymbolEqualityComparer.Default)))
                end.ReportDiagnostic(Diagnostic.Create(Rules.StaticEvent, place, $"{subscribed.ContainingType.Name}.{subscribed.Name}"));
        });
    }, SymbolKind.NamedType);

    private static void Note(IEventAssignmentOperation assignment, Compilation compilation, ConcurrentBag<(IEventSymbol, Location)> added, ConcurrentBag<IEventSymbol> removed)
    {
        // A static event of the plugin's own goes with it.
        if (assignment.EventReference is not IEventReferenceOperation { Event: var subscribed } || !OutlivesPlugins(subscribed) || SymbolEqualityComparer.Default.Equals(subscribed.ContainingAssembly, compilation.Assembly))
            return;
        if (assignment.Adds)
            added.Add((subscribed, assignment.Syntax.GetLocation()));
        else
            removed.Add(subscribed);
    }

    // There is one AppDomain in a process, so its events are static in all but name.
    private static bool OutlivesPlugins(IEventSymbol subscribed) => subscribed.IsStatic || subscribed.ContainingType.ToDisplayString() == "System.AppDomain";
}
