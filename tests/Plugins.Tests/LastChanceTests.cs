using FilterHost.Hosting.Plugins;
using Microsoft.Extensions.Logging.Abstractions;

namespace FilterHost.Plugins.Tests;

/// <summary>What is known of an exception that nobody caught.</summary>
public sealed class LastChanceTests : IDisposable
{
    private const string Settings = "using FilterHost; public sealed record S { [Setting(\"x\")] public string Text { get; init; } = \"\"; }\n";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fhlc");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_plugins_exception_is_known_inside_another(bool isAggregate)
    {
        var inner = ExceptionOfPlugin();
        Exception outer = isAggregate ? new AggregateException(new InvalidOperationException(), new InvalidOperationException("", inner)) : new InvalidOperationException("", inner);
        Assert.Equal("Calm", LastChance.PluginOf(outer));
        Assert.Null(LastChance.PluginOf(new AggregateException(new InvalidOperationException("", new IOException()))));
    }

    [Fact]
    public void A_report_of_a_fault_that_fails_itself_does_not_end_the_host() =>
        Assert.True(LastChance.IsPluginFault(ExceptionOfPlugin(), static (_, _) => throw new IOException()));

    private InvalidOperationException ExceptionOfPlugin()
    {
        const string Throws = Settings + "public sealed class P : FilterPlugin<S> { public override void Configure(IPluginBuilder builder, S settings) { } public static void Fault() => throw new InvalidOperationException(); }";
        var folder = PluginSource.Write(_folder.FullName, "Calm", PluginSource.Compile("Calm", Throws, PluginSource.Contract));
        var code = new PluginCatalog([], _folder.CreateSubdirectory("state"), NullLogger.Instance).Load(folder, "/", out var problem);
        Assert.True(code is not null, problem);
        try
        {
            return Assert.Throws<InvalidOperationException>(code.CreatePlugin().GetType().GetMethod("Fault")!.CreateDelegate<Action>());
        }
        finally
        {
            code.Release();
        }
    }
}
