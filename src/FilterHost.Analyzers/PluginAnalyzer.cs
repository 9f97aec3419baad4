using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace FilterHost.Analyzers;

/// <summary>An analyzer of one rule, which looks at compilations that know the contract and not at generated code.</summary>
public abstract class PluginAnalyzer : DiagnosticAnalyzer
{
    private protected PluginAnalyzer(DiagnosticDescriptor rule) => SupportedDiagnostics = [rule];

    /// <inheritdoc/>
    public sealed override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; }

    /// <inheritdoc/>
    public sealed override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(start =>
        {
            if (Contract.Of(start.Compilation) is { } contract)
                Register(start, contract);
        });
    }

    private protected abstract void Register(CompilationStartAnalysisContext context, Contract contract);
}
