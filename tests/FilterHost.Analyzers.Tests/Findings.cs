using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace FilterHost.Analyzers.Tests;

/// <summary>What the analyzers say of a piece of source text.</summary>
internal static partial class Findings
{
    private const string Usings = """
        using System;
        using System.Collections.Generic;
        using System.IO;
        using System.Threading;
        using System.Threading.Tasks;
        using FilterHost;

        """;

    private static readonly ImmutableArray<DiagnosticAnalyzer> Analyzers =
        [new KeptViewAnalyzer(), new BlockingCallAnalyzer(), new StaticEventAnalyzer(), new ReflectionJsonAnalyzer(), new UndisposedTimerAnalyzer()];

    private static readonly ImmutableArray<MetadataReference> References =
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(':').Select(path => MetadataReference.CreateFromFile(path))];

    /// <summary>Warned of is each piece between <c>[|</c> and <c>|]</c>, by that rule, and nothing else.</summary>
    public static async Task AreMarkedAsync(string rule, string marked)
    {
        var expected = Mark().Matches(marked).Select(match => match.Groups[1].Value).ToList();
        var found = await OfAsync(Mark().Replace(marked, "$1"));
        Assert.Equal(expected, found.Select(diagnostic => diagnostic.Location.SourceTree!.GetText().ToString(diagnostic.Location.SourceSpan)));
        Assert.All(found, diagnostic => Assert.Equal(rule, diagnostic.Id));
    }

    /// <summary>The warnings, in the order of the text.</summary>
    public static async Task<IReadOnlyList<Diagnostic>> OfAsync(string source)
    {
        var tree = CSharpSyntaxTree.ParseText(Usings + source, cancellationToken: TestContext.Current.CancellationToken);
        var compilation = CSharpCompilation.Create("Plugin", [tree], References, new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));
        Assert.Empty(compilation.GetDiagnostics(TestContext.Current.CancellationToken).Where(diagnostic => diagnostic.Severity is DiagnosticSeverity.Error));
        var found = await compilation.WithAnalyzers(Analyzers).GetAnalyzerDiagnosticsAsync(TestContext.Current.CancellationToken);
        return [.. found.OrderBy(diagnostic => diagnostic.Location.SourceSpan.Start)];
    }

    [GeneratedRegex(@"\[\|(.*?)\|\]", RegexOptions.Singleline)]
    private static partial Regex Mark();
}
