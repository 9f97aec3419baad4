using System.Reflection;
using System.Reflection.Emit;
using System.Reflection.PortableExecutable;
using System.Runtime.InteropServices;
using FilterHost.Hosting.Plugins;
using Microsoft.CodeAnalysis;

namespace FilterHost.Plugins.Tests;

/// <summary>What is found before anything of a plugin is loaded.</summary>
public sealed class ContractCheckTests : IDisposable
{
    private static readonly Lazy<PortableExecutableReference> Newer = new(() => MetadataReference.CreateFromImage(PluginSource.NewerContract()));

    private readonly PluginPlace _place = new();

    public void Dispose() => _place.Dispose();

    [Theory]
    [InlineData("builder.Newest();", "", "FilterHost.IPluginBuilder: String Newest()")]
    [InlineData("_ = new FilterTraits { Newest = true };", "", "FilterHost.FilterTraits: Void mod(System.Runtime.CompilerServices.IsExternalInit) set_Newest(Boolean)")]
    [InlineData("_ = FilterTraits.Newer;", "", "FilterHost.FilterTraits: static FilterHost.FilterTraits get_Newer()")]
    [InlineData("typeof(List<FilterTraits.NewestTrait[]>).ToString();", "", "the type FilterHost.FilterTraits+NewestTrait")]
    [InlineData("", "public class F : MessageFilter { public override ValueTask<Verdict> OnNewestAsync() => Verdict.Reject(\"x\"); }",
        "FilterHost.MessageFilter: System.Threading.Tasks.ValueTask`1<FilterHost.Verdict> OnNewestAsync(), which F overrides")]
    [InlineData("", "public class B<T> : MessageFilter { } public sealed class F : B<string> { public override ValueTask<Verdict> OnNewestAsync() => Verdict.Continue; }", "OnNewestAsync(), which F overrides")]
    public void What_a_newer_contract_has_and_a_plugin_uses_is_named(string configure, string more, string member)
    {
        var problem = _place.ProblemOf(_place.Write("Newest", PluginPlace.Plugin(configure, more), Newer.Value));
        var host = typeof(FilterPlugin).Assembly.GetName().Version!.ToString(2);
        Assert.StartsWith($"plugin Newest does not fit this host: Newest.dll was built against FilterHost.Abstractions 0.9, the host has {host}, which lacks ", problem, StringComparison.Ordinal);
        Assert.Contains(member, problem, StringComparison.Ordinal);
    }

    // Of attributes only the constructor is a reference to a member.
    [Fact]
    public void A_newer_property_of_an_attribute_is_named()
    {
        var source = PluginPlace.Plugin("").Replace("[Setting(\"x\")]", "[Setting(\"x\", Newest = 3)]", StringComparison.Ordinal);
        Assert.Contains("'Newest'", _place.ProblemOf(_place.Write("Attribute", source, Newer.Value)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_plugin_for_a_newer_major_version_is_refused_whatever_it_uses()
    {
        var contract = MetadataReference.CreateFromImage(PluginSource.NewerContract("7.0.0.0"));
        Assert.StartsWith("plugin Major needs another host: Major.dll was built against FilterHost.Abstractions 7.0", _place.ProblemOf(_place.Write("Major", PluginPlace.Plugin(""), contract)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_member_may_be_referred_to_through_what_inherits_it()
    {
        var filter = HostAssembly.Of("FilterHost.Abstractions").Find("FilterHost.MessageFilter")!;
        Assert.True(filter.HasMember("ToString", "String ToString()"));
        Assert.True(filter.HasMember("Equals", "static Boolean Equals(Object,Object)"));
        Assert.False(filter.HasMember("ToString", "String ToString(String)"));
        var logger = HostAssembly.Of("Microsoft.Extensions.Logging.Abstractions").Find("Microsoft.Extensions.Logging.ILogger`1")!;
        Assert.True(logger.HasMember("IsEnabled", "Boolean IsEnabled(Microsoft.Extensions.Logging.LogLevel)"));
        Assert.False(logger.HasMember("IsEnabled", "Boolean IsEnabled()"));
    }

    [Fact]
    public void A_type_is_found_where_it_was_moved_to()
    {
        Assert.NotNull(HostAssembly.Of("System.Runtime").Find("System.Object"));
        Assert.True(HostAssembly.Of("System.Collections").Find("System.Collections.Generic.List`1+Enumerator")!.HasMember("MoveNext", "Boolean MoveNext()"));
        Assert.Null(HostAssembly.Of("System.Runtime").Find("System.Objection"));
    }

    [Fact]
    public void Overrides_of_every_kind_have_their_base()
    {
        const string More = """
            public abstract class Plugin<T> : FilterPlugin<List<T>> where T : class { protected abstract void Add(T item); }
            public abstract class Other : Plugin<S[]> { public override void Configure(IPluginBuilder builder, List<S[]> settings) { } protected override void Add(S[] item) { } }
            public abstract record Base<T>(T Value) { public virtual T Get(T other) => Value; public override string ToString() => ""; }
            public sealed record Derived(int Number) : Base<Dictionary<int, S>>(new Dictionary<int, S>()) { public override Dictionary<int, S> Get(Dictionary<int, S> other) => other; }
            public sealed class Filter : MessageFilter, IAsyncDisposable, IComparable<Filter>
            {
                public override string ToString() => "x";
                public override bool Equals(object? other) => other is Filter;
                public override int GetHashCode() => 1;
                public override ValueTask OnTransactionEndedAsync(TransactionOutcome outcome) => default;
                int IComparable<Filter>.CompareTo(Filter? other) => 0;
                ValueTask IAsyncDisposable.DisposeAsync() => default;
                ~Filter() { }
            }
            public delegate Verdict Choice(in DomainName domain, ref int x, out HeaderField? field);
            public sealed class Failure(string text) : Exception(text) { public override string Message => text; }
            public sealed class Bytes : MemoryStream { public override int Read(Span<byte> buffer) => 0; public override Task FlushAsync(CancellationToken token) => Task.CompletedTask; }
            """;
        _place.Load(_place.Write("Overrides", PluginPlace.Plugin("", More))).Release();
    }

    // Compilers differ in how they mark a method that fills a slot by name; ours always marks a new one.
    [Fact]
    public void A_method_that_implements_an_interface_by_name_is_no_override()
    {
        var assembly = new PersistedAssemblyBuilder(new AssemblyName("Emitted"), typeof(object).Assembly);
        var type = assembly.DefineDynamicModule("Emitted").DefineType("F", TypeAttributes.Public, typeof(MessageFilter), [typeof(IDisposable)]);
        var method = type.DefineMethod("System-IDisposable-Dispose", MethodAttributes.Private | MethodAttributes.Virtual | MethodAttributes.Final, typeof(void), []);
        method.GetILGenerator().Emit(OpCodes.Ret);
        type.DefineMethodOverride(method, typeof(IDisposable).GetMethod("Dispose")!);
        type.CreateType();
        var folder = new DirectoryInfo(_place.Folder).CreateSubdirectory("Emitted");
        assembly.Save(Path.Combine(folder.FullName, "Emitted.dll"));
        Assert.Null(ContractCheck.Refusal("Emitted", folder, _place));
    }

    [Theory]
    [InlineData("MimeKit", "MimeKit.MimeMessage")]
    [InlineData("Tomlyn", "Tomlyn.TomlException")]
    [InlineData("McMaster.NETCore.Plugins", "McMaster.NETCore.Plugins.PluginLoader")]
    public void A_library_that_the_host_has_for_itself_is_not_lent(string library, string type)
    {
        var path = Path.Combine(AppContext.BaseDirectory, library + ".dll");
        var folder = _place.Write("Forgot", PluginPlace.Plugin("", $"public class X {{ public {type}? Y; }}"), PluginSource.Contract, MetadataReference.CreateFromFile(path));
        Assert.Matches($"^plugin Forgot lacks a library: Forgot.dll uses {library} [0-9.]+, which is not in the plugin's folder", _place.ProblemOf(folder));
        File.Copy(path, Path.Combine(folder, library + ".dll"));
        _place.Load(folder).Release();
        // MimeKit's own library is one that not everything in it needs.
        Assert.Equal(library == "MimeKit", _place.Log.Any(line => line.StartsWith("Warning: plugin Forgot lacks a library: MimeKit.dll uses BouncyCastle.Cryptography", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_plugin_for_a_newer_runtime_is_told_which()
    {
        var runtime = PluginSource.Compile("Microsoft.CSharp", "[assembly: System.Reflection.AssemblyVersion(\"99.0.0.0\")] public class Newest { }");
        var folder = _place.Write("Future", PluginPlace.Plugin("", "public class X : Newest { }"), PluginSource.Contract, MetadataReference.CreateFromImage(runtime));
        Assert.StartsWith($"plugin Future needs a newer .NET: Future.dll uses Microsoft.CSharp 99.0, the host runs on {RuntimeInformation.FrameworkDescription}", _place.ProblemOf(folder), StringComparison.Ordinal);
    }

    [Fact]
    public void A_plugin_for_another_machine_is_told_so()
    {
        var (other, word) = RuntimeInformation.ProcessArchitecture is Architecture.Arm64 ? (Platform.X64, "X64") : (Platform.Arm64, "Arm64");
        var folder = PluginSource.Write(_place.Folder, "Foreign", PluginSource.CompileFor(other, "Foreign", PluginPlace.Plugin("")));
        Assert.Contains($"Foreign.dll is built for {word}", _place.ProblemOf(folder), StringComparison.Ordinal);
        var old = PluginSource.Write(_place.Folder, "Old", PluginSource.CompileFor(Platform.X86, "Old", PluginPlace.Plugin("")));
        Assert.Contains("Old.dll is built for X86", _place.ProblemOf(old), StringComparison.Ordinal);
        var own = RuntimeInformation.ProcessArchitecture is Architecture.Arm64 ? Platform.Arm64 : Platform.X64;
        _place.Load(PluginSource.Write(_place.Folder, "Own", PluginSource.CompileFor(own, "Own", PluginPlace.Plugin("")))).Release();
    }

    [Fact]
    public void A_library_of_another_language_is_no_plugin()
    {
        var image = PluginSource.Compile("Native", PluginPlace.Plugin(""), PluginSource.Contract);
        using var reader = new PEReader(new MemoryStream(image));
        // Without the entry that makes a library one of .NET (ECMA-335 II.25.2.3.3).
        Array.Clear(image, reader.PEHeaders.PEHeaderStartOffset + 208, 8);
        Assert.Equal("plugin Native is no plugin: Native.dll is no .NET assembly", _place.ProblemOf(PluginSource.Write(_place.Folder, "Native", image)));
    }
}
