namespace FilterHost.Testing.Tests;

/// <summary>Counts the messages of a connection, and refuses a client by its name.</summary>
public sealed class ConnectionPlugin : FilterPlugin<ConnectionPlugin.Settings>
{
    public override void Configure(IPluginBuilder builder, Settings settings)
    {
        builder.AddConnectionFilter<Gate>();
        builder.AddFilter<Counter>(new FilterTraits { EditsFields = ["X-Count", "X-Connects"] });
    }

    public sealed record Settings
    {
        [Setting("The name of the client that is refused.")] public string Refuse { get; init; } = "";
    }

    public sealed class Count
    {
        public int Value { get; set; }

        public int Connects { get; set; }

        public HeaderField? Kept { get; set; }
    }

    internal sealed class Gate(Settings settings, ConnectionState<Count> count) : ConnectionFilter
    {
        public override ValueTask<Verdict> OnConnectAsync(SmtpConnection connection, CancellationToken cancellationToken)
        {
            count.Value.Connects++;
            return connection.ClientName == settings.Refuse ? Verdict.Reject("not you") : Verdict.Continue;
        }
    }

    internal sealed class Counter(ConnectionState<Count> count) : MessageFilter
    {
        public override ValueTask<Verdict> OnEndOfMessageAsync(CompleteMessage message)
        {
            message.Edits.Append("X-Count", $"{++count.Value.Value}");
            message.Edits.Append("X-Connects", $"{count.Value.Connects}");
            // A mistake that the kit is to make visible: the field of an earlier message.
            if (count.Value.Kept is { } kept)
                message.Note($"kept: {kept.Text}");
            count.Value.Kept = message.Header.First("Subject");
            return Verdict.Continue;
        }
    }
}
