using Microsoft.CodeAnalysis;

namespace FilterHost.Analyzers;

/// <summary>The types of the contract in a compilation.</summary>
internal sealed class Contract
{
    private readonly INamedTypeSymbol _messageFilter;
    private readonly INamedTypeSymbol? _connectionFilter;
    private readonly INamedTypeSymbol? _serviceContract;
    private readonly INamedTypeSymbol? _completeMessage;

    private Contract(Compilation compilation, INamedTypeSymbol messageFilter)
    {
        _messageFilter = messageFilter;
        _connectionFilter = compilation.GetTypeByMetadataName("FilterHost.ConnectionFilter");
        _serviceContract = compilation.GetTypeByMetadataName("FilterHost.ServiceContractAttribute");
        _completeMessage = compilation.GetTypeByMetadataName("FilterHost.CompleteMessage");
    }

    /// <summary>Null in a compilation that does not know the contract.</summary>
    public static Contract? Of(Compilation compilation) =>
        compilation.GetTypeByMetadataName("FilterHost.MessageFilter") is { } messageFilter ? new Contract(compilation, messageFilter) : null;

    /// <summary>True in a type that the host calls for each message: a filter, or a service that others use. What is nested in one counts.</summary>
    public bool IsOnMessagePath(ISymbol? symbol)
    {
        for (var type = symbol as INamedTypeSymbol ?? symbol?.ContainingType; type is not null; type = type.ContainingType)
        {
            if (Derives(type, _messageFilter) || Derives(type, _connectionFilter) || type.AllInterfaces.Any(IsServiceContract))
                return true;
        }
        return false;
    }

    /// <summary>True for the chunk of <c>OnBodyChunkAsync</c> in a filter.</summary>
    public bool IsBodyChunk(IParameterSymbol parameter)
    {
        if (parameter is not { Ordinal: 1, ContainingSymbol: IMethodSymbol { Name: "OnBodyChunkAsync" } method })
            return false;
        while (method.OverriddenMethod is { } overridden)
            method = overridden;
        return SymbolEqualityComparer.Default.Equals(method.ContainingType, _messageFilter);
    }

    /// <summary>True for the method that gives the stream of the whole message.</summary>
    public bool IsOpenRead(IMethodSymbol method) => method.Name == "OpenRead" && Derives(method.ContainingType, _completeMessage);

    private bool IsServiceContract(INamedTypeSymbol type) =>
        type.GetAttributes().Any(attribute => SymbolEqualityComparer.Default.Equals(attribute.AttributeClass, _serviceContract));

    private static bool Derives(INamedTypeSymbol? type, INamedTypeSymbol? from)
    {
        for (; type is not null && from is not null; type = type.BaseType)
        {
            if (SymbolEqualityComparer.Default.Equals(type, from))
                return true;
        }
        return false;
    }
}
