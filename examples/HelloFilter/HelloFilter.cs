using FilterHost;

public sealed record HelloSettings
{
    [Setting("The text of the X-Hello field.")] public string Greeting { get; init; } = "Hello";
}

public sealed class HelloPlugin : FilterPlugin<HelloSettings>
{
    public override void Configure(IPluginBuilder builder, HelloSettings settings) =>
        builder.AddFilter<HelloFilter>(new FilterTraits { EditsFields = ["X-Hello"] });
}
public sealed class HelloFilter(HelloSettings settings) : MessageFilter
{
    public override ValueTask<Verdict> OnEndOfMessageAsync(CompleteMessage message)
    {
        message.Edits.Append("X-Hello", settings.Greeting);
        return Verdict.Continue;
    }
}
