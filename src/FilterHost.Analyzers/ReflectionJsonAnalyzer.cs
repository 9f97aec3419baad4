using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace FilterHost.Analyzers;

/// <summary>FH0004: System.Text.Json without the metadata of a source generator.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class ReflectionJsonAnalyzer : PluginAnalyzer
{
    /// <summary>Made by the compiler.</summary>
    public ReflectionJsonAnalyzer()
        : base(Rules.ReflectionJson)
    {
    }

    private protected override void Register(CompilationStartAnalysisContext context, Contract contract) => context.RegisterOperationAction(operation =>
    {
        var call = (IInvocationOperation)operation.Operation;
        var method = call.TargetMethod;
        if (UsesJson(method) && !method.Parameters.Any(parameter => IsMetadata(parameter.Type)) && !call.Arguments.Any(HasOptionsOfContext))
            operation.ReportDiagnostic(Diagnostic.Create(Rules.ReflectionJson, call.Syntax.GetLocation(), $"{method.ContainingType.Name}.{method.Name}"));
    }, OperationKind.Invocation);

    private static bool UsesJson(IMethodSymbol method) => method.ContainingType.ToDisplayString() == "System.Text.Json.JsonSerializer"
        ? method.Name.StartsWith("Serialize", StringComparison.Ordinal) || method.Name.StartsWith("Deserialize", StringComparison.Ordinal)
        : method.ContainingNamespace.ToDisplayString() == "System.Net.Http.Json" && method.Name.Contains("Json");

    private static bool IsMetadata(ITypeSymbol type) => IsNamed(type, "System.Text.Json.Serialization.Metadata", "JsonTypeInfo") || IsNamed(type, "System.Text.Json.Serialization", "JsonSerializerContext");

    // MyContext.Default.Options
    private static bool HasOptionsOfContext(IArgumentOperation argument) =>
        argument.Value is IPropertyReferenceOperation { Property.Name: "Options", Instance.Type: { } type } && IsMetadata(type);

    private static bool IsNamed(ITypeSymbol? type, string space, string name)
    {
        for (; type is not null; type = type.BaseType)
        {
            if (type.Name == name && type.ContainingNamespace?.ToDisplayString() == space)
                return true;
        }
        return false;
    }
}
