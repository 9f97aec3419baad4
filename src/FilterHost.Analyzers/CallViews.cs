using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace FilterHost.Analyzers;

/// <summary>What in a method's body is a view that ends with the call: the body chunk, the stream of the message, parts of them, and locals that have one.</summary>
internal sealed class CallViews
{
    private readonly Contract _contract;
    private readonly HashSet<string> _types;
    private readonly Dictionary<ILocalSymbol, string> _locals = new(SymbolEqualityComparer.Default);

    public CallViews(Contract contract, ImmutableArray<IOperation> blocks, HashSet<string> types)
    {
        (_contract, _types) = (contract, types);
        // In the order of the source, so that a local made of a local is found.
        foreach (var operation in blocks.SelectMany(block => block.Descendants()))
        {
            if (operation is IVariableDeclaratorOperation { Initializer.Value: { } initial } declarator && NameIn(initial) is { } name)
                _locals[declarator.Symbol] = name;
            if (operation is ISimpleAssignmentOperation { Target: ILocalReferenceOperation target } assignment && NameIn(assignment.Value) is { } assigned)
                _locals[target.Local] = assigned;
        }
    }

    /// <summary>The name of the view that the value is, or has in it as it is; null for a copy and for anything else.</summary>
    public string? NameIn(IOperation value) => NameOf(value) ?? value switch
    {
        IConversionOperation conversion => NameIn(conversion.Operand),
        IInvocationOperation call when IsView(call.Type) => First([call.Instance, .. call.Arguments.Select(argument => argument.Value)]),
        IPropertyReferenceOperation property when IsView(property.Type) => First([property.Instance]),
        IImplicitIndexerReferenceOperation range when IsView(range.Type) => NameIn(range.Instance),
        IObjectCreationOperation creation when IsView(creation.Type) => First([.. creation.Arguments.Select(argument => argument.Value)]),
        ITupleOperation tuple => First([.. tuple.Elements]),
        IArrayCreationOperation { Initializer: { } initializer } => First([.. initializer.ElementValues]),
        ICollectionExpressionOperation collection => First([.. collection.Elements]),
        IConditionalOperation { WhenFalse: { } otherwise } choice => First([choice.WhenTrue, otherwise]),
        ICoalesceOperation coalesce => First([coalesce.Value, coalesce.WhenNull]),
        _ => null,
    };

    /// <summary>The name of the view that the operation itself names or opens, or null.</summary>
    public string? NameOf(IOperation operation) => operation switch
    {
        IParameterReferenceOperation { Parameter: var parameter } when _contract.IsBodyChunk(parameter) => parameter.Name,
        ILocalReferenceOperation { Local: var local } when _locals.TryGetValue(local, out var name) => name,
        IInvocationOperation { TargetMethod: var method } when _contract.IsOpenRead(method) => $"{method.ContainingType.Name}.OpenRead()",
        _ => null,
    };

    private string? First(IOperation?[] values) => values.Select(value => value is null ? null : NameIn(value)).FirstOrDefault(name => name is not null);

    private bool IsView(ITypeSymbol? type) => type is INamedTypeSymbol { IsGenericType: true } && _types.Contains(type.Name);
}
