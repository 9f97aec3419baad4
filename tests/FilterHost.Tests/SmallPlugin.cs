using FilterHost.Plugins.Tests;

namespace FilterHost.Tests;

/// <summary>A plugin of a few lines, compiled for a test, whose parts a test may replace.</summary>
internal sealed record SmallPlugin
{
    public string Name { get; init; } = "Small";

    public string Version { get; init; } = "1.0.0";

    /// <summary>Keys of its settings.</summary>
    public string Settings { get; init; } = "[Setting(\"What the field says.\")] public string Text { get; init; } = \"hello\";";

    /// <summary>What it registers besides the filter.</summary>
    public string Registrations { get; init; } = "";

    /// <summary>What its filter does at the end of a message.</summary>
    public string AtEnd { get; init; } = "message.Edits.Append(\"X-Small\", settings.Text); return Verdict.Continue;";

    /// <summary>More classes and attributes.</summary>
    public string More { get; init; } = "";

    /// <summary>Its list of dependencies, as a build writes it, with one library more where that is not empty.</summary>
    public static string Dependencies(string library = "") =>
        $$"""
        {
          "runtimeTarget": { "name": ".NETCoreApp,Version=v10.0", "signature": "" },
          "targets": { ".NETCoreApp,Version=v10.0": { "Small/1.0.0": { "runtime": { "Small.dll": {} } }{{library}} } },
          "libraries": { "Small/1.0.0": { "type": "project", "serviceable": false, "sha512": "" } }
        }
        """;

    /// <summary>Writes the plugin's folder below another.</summary>
    public string WriteTo(string root, params (string Name, byte[] Assembly)[] beside) => PluginSource.Write(root, Name, Compile(), beside);

    private byte[] Compile() => PluginSource.Compile(
        Name,
        $$"""
        using FilterHost;
        using FilterHost.Plugins.Small;
        [assembly: System.Reflection.AssemblyInformationalVersion("{{Version}}")]
        {{(More.StartsWith('[') ? More : "")}}
        namespace FilterHost.Plugins.Small;
        public sealed record SmallSettings { {{Settings}} }
        public sealed class SmallPlugin : FilterPlugin<SmallSettings>
        {
            public override void Configure(IPluginBuilder builder, SmallSettings settings)
            {
                builder.AddFilter<SmallFilter>(new FilterTraits { EditsFields = ["X-Small"] });
                {{Registrations}}
            }
        }
        public sealed class SmallFilter(SmallSettings settings) : MessageFilter
        {
            public override async ValueTask<Verdict> OnEndOfMessageAsync(CompleteMessage message)
            {
                await Task.CompletedTask;
                _ = settings;
                {{AtEnd}}
            }
        }
        {{(More.StartsWith('[') ? "" : More)}}
        """,
        PluginSource.Contract);
}
