using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace FilterHost.Analyzers;

/// <summary>FH0001: a body chunk, or the stream of the whole message, outlives the call that it was given for.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class KeptViewAnalyzer : PluginAnalyzer
{
    private static readonly HashSet<string> Views = ["ReadOnlyMemory", "Memory", "ReadOnlySpan", "Span", "ReadOnlySequence"];

    // What puts a value into a collection as it is. Others, such as Write and AppendData, copy the octets.
    private static readonly HashSet<string> Keeps = ["Add", "TryAdd", "AddFirst", "AddLast", "AddOrUpdate", "Append", "Enqueue", "Insert", "Push", "TryWrite", "WriteAsync"];

    private static readonly HashSet<string> Starts = ["Run", "StartNew", "QueueUserWorkItem", "UnsafeQueueUserWorkItem", "ContinueWith", "CreateTimer"];

    /// <summary>Made by the compiler.</summary>
    public KeptViewAnalyzer()
        : base(Rules.KeptView)
    {
    }

    private protected override void Register(CompilationStartAnalysisContext context, Contract contract) => context.RegisterOperationBlockAction(block =>
    {
        if (!contract.IsOnMessagePath(block.OwningSymbol))
            return;
        var views = new CallViews(contract, block.OperationBlocks, Views);
        foreach (var operation in block.OperationBlocks.SelectMany(root => root.DescendantsAndSelf()))
        {
            if (Kept(operation, views) is { } kept)
                block.ReportDiagnostic(Diagnostic.Create(Rules.KeptView, operation.Syntax.GetLocation(), kept));
        }
    });

    /// <summary>The view that the operation keeps, or null.</summary>
    private static string? Kept(IOperation operation, CallViews views) => operation switch
    {
        IAssignmentOperation { Target: IMemberReferenceOperation { Instance: var instance } } assignment when OutlivesCall(instance) => views.NameIn(assignment.Value) ?? Captured(assignment.Value, views),
        IInvocationOperation { Instance: IMemberReferenceOperation { Instance: var instance } } call when OutlivesCall(instance) && Keeps.Contains(call.TargetMethod.Name) && !IsStream(call.TargetMethod.ContainingType) =>
            call.Arguments.Select(argument => views.NameIn(argument.Value)).FirstOrDefault(name => name is not null),
        IInvocationOperation call when Starts.Contains(call.TargetMethod.Name) && !IsAwaited(call) =>
            call.Arguments.Select(argument => Captured(argument.Value, views) ?? views.NameIn(argument.Value)).FirstOrDefault(name => name is not null),
        _ => null,
    };

    // The filter itself, what it has, and what is static. What is local may be gone with the call.
    private static bool OutlivesCall(IOperation? instance) => instance is null or IInstanceReferenceOperation { ReferenceKind: InstanceReferenceKind.ContainingTypeInstance } or IMemberReferenceOperation;

    // A view that a function uses which runs when the call is over.
    private static string? Captured(IOperation value, CallViews views) => value switch
    {
        IConversionOperation conversion => Captured(conversion.Operand, views),
        IDelegateCreationOperation creation => Captured(creation.Target, views),
        IAnonymousFunctionOperation function => function.Body.Descendants().Select(views.NameOf).FirstOrDefault(name => name is not null),
        _ => null,
    };

    // await Task.Run(…) ends within the call.
    private static bool IsAwaited(IOperation call)
    {
        var parent = call.Parent;
        while (parent is IConversionOperation or IInvocationOperation { TargetMethod.Name: "ConfigureAwait" or "WaitAsync" })
            parent = parent.Parent;
        return parent is IAwaitOperation;
    }

    // A stream takes a copy: Stream.WriteAsync, PipeWriter.WriteAsync.
    private static bool IsStream(INamedTypeSymbol? type)
    {
        for (; type is not null; type = type.BaseType)
        {
            if (type.Name is "Stream" or "PipeWriter" or "TextWriter")
                return true;
        }
        return false;
    }
}
