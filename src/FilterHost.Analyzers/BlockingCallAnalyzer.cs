using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace FilterHost.Analyzers;

/// <summary>FH0002: a filter or a service waits by blocking its thread.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class BlockingCallAnalyzer : PluginAnalyzer
{
    private const string Await = "await it";

    // Types that wait, and what each is replaced by.
    private static readonly Dictionary<(string Type, string Method), string> Waits = new()
    {
        [("System.Threading.Tasks.Task", "Wait")] = Await,
        [("System.Threading.Tasks.Task", "WaitAll")] = "await Task.WhenAll",
        [("System.Threading.Tasks.Task", "WaitAny")] = "await Task.WhenAny",
        [("System.Threading.Thread", "Sleep")] = "await Task.Delay with the message's token",
        [("System.Threading.Thread", "Join")] = "await a task",
        [("System.Threading.SemaphoreSlim", "Wait")] = "await WaitAsync",
        [("System.Threading.ManualResetEventSlim", "Wait")] = "await a TaskCompletionSource",
        [("System.Threading.CountdownEvent", "Wait")] = "await a task",
        [("System.Threading.WaitHandle", "WaitOne")] = "await a task",
        [("System.Diagnostics.Process", "WaitForExit")] = "await WaitForExitAsync",
    };

    // Types whose methods do the same by another that ends in Async.
    private static readonly HashSet<string> WithAsyncTwins = ["System.IO.File", "System.Net.Dns", "System.Net.Http.HttpClient"];

    /// <summary>Made by the compiler.</summary>
    public BlockingCallAnalyzer()
        : base(Rules.BlockingCall)
    {
    }

    private protected override void Register(CompilationStartAnalysisContext context, Contract contract)
    {
        context.RegisterOperationAction(operation => Check(operation, contract, ((IInvocationOperation)operation.Operation).TargetMethod, Instead(((IInvocationOperation)operation.Operation).TargetMethod)), OperationKind.Invocation);
        context.RegisterOperationAction(operation => Check(operation, contract, (IPropertyReferenceOperation)operation.Operation), OperationKind.PropertyReference);
    }

    private static void Check(OperationAnalysisContext context, Contract contract, IPropertyReferenceOperation reference)
    {
        if (reference.Property is { Name: "Result" } property && IsTask(property.ContainingType) && !IsKnownToBeComplete(reference))
            Check(context, contract, property, Await);
    }

    private static void Check(OperationAnalysisContext context, Contract contract, ISymbol member, string? instead)
    {
        if (instead is null || !contract.IsOnMessagePath(context.ContainingSymbol))
            return;
        context.ReportDiagnostic(Diagnostic.Create(Rules.BlockingCall, context.Operation.Syntax.GetLocation(), $"{member.ContainingType.Name}.{member.Name}", instead));
    }

    private static string? Instead(IMethodSymbol method)
    {
        var type = method.ContainingType;
        if (method.Name == "GetResult" && type.Name.EndsWith("Awaiter", StringComparison.Ordinal) && type.ContainingNamespace.ToDisplayString() == "System.Runtime.CompilerServices")
            return Await;
        for (var declaring = type; declaring is not null; declaring = declaring.BaseType)
        {
            var name = declaring.OriginalDefinition.ToDisplayString();
            if (Waits.TryGetValue((name, method.Name), out var instead))
                return instead;
            if (WithAsyncTwins.Contains(name) && type.GetMembers(method.Name + "Async").Length > 0)
                return $"await {method.Name}Async";
        }
        return null;
    }

    private static bool IsTask(INamedTypeSymbol type) => type.OriginalDefinition.ToDisplayString() is "System.Threading.Tasks.Task<TResult>" or "System.Threading.Tasks.ValueTask<TResult>";

    // if (task.IsCompletedSuccessfully) … task.Result, and await Task.WhenAll(task), are the usual ways not to wait.
    private static bool IsKnownToBeComplete(IPropertyReferenceOperation result)
    {
        if (Symbol(result.Instance) is not { } task)
            return false;
        IOperation root = result;
        while (root.Parent is { } parent)
            root = parent;
        return root.Descendants().Any(operation => operation switch
        {
            IPropertyReferenceOperation { Property.Name: "IsCompleted" or "IsCompletedSuccessfully" } check => Same(check.Instance, task),
            IAwaitOperation wait => wait.Syntax.SpanStart < result.Syntax.SpanStart && wait.Descendants().Any(inner => Same(inner, task)),
            _ => false,
        });
    }

    private static bool Same(IOperation? operation, ISymbol symbol) => SymbolEqualityComparer.Default.Equals(Symbol(operation), symbol);

    private static ISymbol? Symbol(IOperation? operation) => operation switch
    {
        ILocalReferenceOperation local => local.Local,
        IParameterReferenceOperation parameter => parameter.Parameter,
        IFieldReferenceOperation field => field.Field,
        _ => null,
    };
}
