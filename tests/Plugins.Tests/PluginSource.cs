using System.Collections.Immutable;
using FilterHost.Tests;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace FilterHost.Plugins.Tests;

/// <summary>Plugins made for a test, each compiled from the source that stands beside the test.</summary>
internal static class PluginSource
{
    private const string Usings = "global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq; global using System.Threading; global using System.Threading.Tasks;";

    private static readonly ImmutableArray<MetadataReference> Framework =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(':')
            .Where(path => Path.GetFileName(path).StartsWith("System.", StringComparison.Ordinal) || Path.GetFileName(path).StartsWith("Microsoft.Extensions.", StringComparison.Ordinal))
            .Select(path => MetadataReference.CreateFromFile(path)),
    ];

    /// <summary>The contract that the tests run on.</summary>
    public static MetadataReference Contract { get; } = MetadataReference.CreateFromFile(typeof(FilterPlugin).Assembly.Location);

    /// <summary>Compiles one assembly.</summary>
    public static byte[] Compile(string name, string source, params MetadataReference[] references) => Compile(name, [source], references);

    /// <summary>Compiles one assembly for one kind of machine.</summary>
    public static byte[] CompileFor(Platform platform, string name, string source) => Compile(name, [source], [Contract], platform);

    // What a later release might add, by the line after which it stands.
    private static readonly (string After, string Added)[] Additions =
    [
        ("public interface IPluginBuilder\n{", "string Newest() => \"\";"),
        ("public interface IPluginLifetime\n{", "ValueTask NewestAsync() => ValueTask.CompletedTask;"),
        ("public abstract class MessageFilter\n{", "public virtual ValueTask<Verdict> OnNewestAsync() => Verdict.Continue;"),
        ("public sealed class SettingAttribute(string text) : Attribute\n{", "public int Newest { get; init; }"),
        ("public sealed record FilterTraits\n{", "public bool Newest { get; init; } public static FilterTraits Newer => new(); public class NewestTrait;"),
    ];

    /// <summary>The contract as a later release might have it: a higher version, and some members more.</summary>
    public static byte[] NewerContract(string version = "0.9.0.0") => CompileContract(version, Additions);

    /// <summary>The contract with the first recorded version, from the sources as they are: what it has more by now is not used by a plugin that does not name it.</summary>
    public static byte[] FirstContract() => CompileContract("0.1.0.0", []);

    private static byte[] CompileContract(string version, (string After, string Added)[] additions)
    {
        var folder = Path.Combine(ConformanceData.RepositoryRoot, "src/FilterHost.Abstractions");
        var sources = Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Where(path => !path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains("/bin/", StringComparison.Ordinal))
            .Select(path => additions.Aggregate(File.ReadAllText(path), (text, addition) => text.Replace(addition.After, $"{addition.After}\n{addition.Added}\n", StringComparison.Ordinal)))
            // The host is built with the contract's own ways to make its values.
            .Append($"[assembly: System.Reflection.AssemblyVersion(\"{version}\")] [assembly: System.Runtime.CompilerServices.InternalsVisibleTo(\"FilterHost.Hosting\")]");
        return Compile("FilterHost.Abstractions", sources, []);
    }

    /// <summary>Writes a plugin's folder below another, and gives it.</summary>
    public static string Write(string root, string name, byte[] assembly, params (string Name, byte[] Assembly)[] beside)
    {
        var folder = Directory.CreateDirectory(Path.Combine(root, name)).FullName;
        File.WriteAllBytes(Path.Combine(folder, name + ".dll"), assembly);
        foreach (var (file, octets) in beside)
            File.WriteAllBytes(Path.Combine(folder, file + ".dll"), octets);
        return folder;
    }

    private static byte[] Compile(string name, IEnumerable<string> sources, MetadataReference[] references, Platform platform = Platform.AnyCpu)
    {
        var parse = new CSharpParseOptions(LanguageVersion.Latest, DocumentationMode.None);
        var compilation = CSharpCompilation.Create(
            name,
            sources.Prepend(Usings).Select(source => CSharpSyntaxTree.ParseText(source, parse)),
            [.. Framework, .. references],
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, platform: platform, nullableContextOptions: NullableContextOptions.Enable));
        using var image = new MemoryStream();
        var result = compilation.Emit(image);
        Assert.True(result.Success, string.Join('\n', result.Diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)));
        return image.ToArray();
    }
}
