using System.Collections.Concurrent;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace FilterHost.Analyzers;

/// <summary>FH0005: a timer that its type starts and never disposes.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class UndisposedTimerAnalyzer : PluginAnalyzer
{
    private static readonly HashSet<string> Timers = ["System.Threading.Timer", "System.Threading.ITimer", "System.Threading.PeriodicTimer", "System.Timers.Timer"];

    /// <summary>Made by the compiler.</summary>
    public UndisposedTimerAnalyzer()
        : base(Rules.UndisposedTimer)
    {
    }

    private protected override void Register(CompilationStartAnalysisContext context, Contract contract) => context.RegisterSymbolStartAction(start =>
    {
        var kept = new ConcurrentBag<(ISymbol Keeper, Location Place)>();
        // Disposed, or given to someone else, who may do it.
        var settled = new ConcurrentBag<ISymbol>();
        start.RegisterOperationAction(operation => NoteCreation(operation, kept), OperationKind.ObjectCreation, OperationKind.Invocation);
        start.RegisterOperationAction(operation => NoteUse(operation.Operation, settled), OperationKind.LocalReference, OperationKind.FieldReference, OperationKind.PropertyReference);
        start.RegisterSymbolEndAction(end =>
        {
            foreach (var (keeper, place) in kept.Where(entry => !settled.Contains(entry.Keeper, SymbolEqualityComparer.Default)))
                end.ReportDiagnostic(Diagnostic.Create(Rules.UndisposedTimer, place, keeper.Name));
        });
    }, SymbolKind.NamedType);

    private static void NoteCreation(OperationAnalysisContext context, ConcurrentBag<(ISymbol, Location)> kept)
    {
        var creation = context.Operation;
        if (!IsTimer(creation.Type) || creation is IInvocationOperation { TargetMethod.Name: not "CreateTimer" })
            return;
        switch (Use(creation))
        {
            case IExpressionStatementOperation or ISimpleAssignmentOperation { Target: IDiscardOperation }:
                context.ReportDiagnostic(Diagnostic.Create(Rules.UndisposedTimer, creation.Syntax.GetLocation(), creation.Type!.Name));
                break;
            case IVariableInitializerOperation { Parent: IVariableDeclaratorOperation declarator } when !IsUsing(declarator):
                kept.Add((declarator.Symbol, creation.Syntax.GetLocation()));
                break;
            case IFieldInitializerOperation field:
                kept.Add((field.InitializedFields[0], creation.Syntax.GetLocation()));
                break;
            case IPropertyInitializerOperation property:
                kept.Add((property.InitializedProperties[0], creation.Syntax.GetLocation()));
                break;
            case IAssignmentOperation assignment when Keeper(assignment.Target) is { } keeper:
                kept.Add((keeper, creation.Syntax.GetLocation()));
                break;
        }
    }

    private static void NoteUse(IOperation reference, ConcurrentBag<ISymbol> settled)
    {
        if (!IsTimer(reference.Type) || Keeper(reference) is not { } keeper)
            return;
        var use = Use(reference);
        var isDisposed = use is IInvocationOperation { TargetMethod.Name: "Dispose" or "DisposeAsync" or "Close" };
        // timer?.Dispose()
        if (use is IConditionalAccessOperation access)
            isDisposed = access.WhenNotNull.DescendantsAndSelf().OfType<IInvocationOperation>().Any(call => call.TargetMethod.Name is "Dispose" or "DisposeAsync" or "Close");
        var isHandedOn = use is IArgumentOperation or IReturnOperation or IUsingOperation or IVariableInitializerOperation or IArrayInitializerOperation or ICollectionExpressionOperation
            || use is IAssignmentOperation assignment && !ReferenceEquals(Bare(assignment.Target), reference);
        if (isDisposed || isHandedOn)
            settled.Add(keeper);
    }

    private static bool IsUsing(IVariableDeclaratorOperation declarator)
    {
        for (var parent = declarator.Parent; parent is not null; parent = parent.Parent)
        {
            if (parent is IUsingDeclarationOperation or IUsingOperation)
                return true;
            if (parent is IBlockOperation)
                return false;
        }
        return false;
    }

    private static bool IsTimer(ITypeSymbol? type) => type is not null && Timers.Contains(type.WithNullableAnnotation(NullableAnnotation.NotAnnotated).ToDisplayString());

    private static ISymbol? Keeper(IOperation operation) => operation switch
    {
        ILocalReferenceOperation local => local.Local,
        IFieldReferenceOperation field => field.Field,
        IPropertyReferenceOperation property => property.Property,
        _ => null,
    };

    private static IOperation? Use(IOperation operation)
    {
        var parent = operation.Parent;
        while (parent is IConversionOperation or ICoalesceOperation or IConditionalOperation or IParenthesizedOperation)
            parent = parent.Parent;
        return parent;
    }

    private static IOperation Bare(IOperation operation) => operation is IConversionOperation conversion ? Bare(conversion.Operand) : operation;
}
