using FilterHost.Tests;
using Microsoft.CodeAnalysis.Diagnostics;

namespace FilterHost.Analyzers.Tests;

/// <summary>The page of the rules, which the package has too.</summary>
public sealed class RulePageTests
{
    [Fact]
    public void Every_rule_has_its_section()
    {
        var rules = typeof(PluginAnalyzer).Assembly.GetTypes().Where(type => type is { IsAbstract: false } && type.IsSubclassOf(typeof(DiagnosticAnalyzer)))
            .SelectMany(type => ((DiagnosticAnalyzer)Activator.CreateInstance(type)!).SupportedDiagnostics).Select(rule => rule.Id);
        var sections = File.ReadLines(Path.Combine(ConformanceData.RepositoryRoot, "src/FilterHost.Analyzers/README.md")).Where(line => line.StartsWith("## ", StringComparison.Ordinal)).Select(line => line[3..]);
        Assert.Equal(sections, rules.Order(StringComparer.Ordinal));
    }
}
