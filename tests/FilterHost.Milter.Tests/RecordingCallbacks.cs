using System.Text;

namespace FilterHost.Milter.Tests;

/// <summary>Writes down each call, and answers as a test says.</summary>
internal sealed class RecordingCallbacks : IMilterCallbacks
{
    private readonly Lock _gate = new();
    private readonly List<string> _calls = [];

    public MilterNegotiation Wanted { get; set; } = new(MilterActions.All, MilterSteps.None, []);

    public Dictionary<MilterCommand, Func<ValueTask<MilterReply>>> Replies { get; } = [];

    public Action<MilterEditWriter>? Edit { get; set; }

    public bool RecordsMacros { get; set; }

    public (MilterActions Actions, MilterSteps Steps) Agreed { get; private set; }

    public IReadOnlyList<string> Calls
    {
        get
        {
            lock (_gate)
                return [.. _calls];
        }
    }

    public string Log => string.Join(' ', Calls);

    public void Answer(MilterCommand command, MilterReply reply) => Replies[command] = () => new(reply);

    public MilterNegotiation Negotiate(MilterOffer offer) => Wanted;

    public void OnNegotiated(MilterOffer offer, MilterActions actions, MilterSteps steps) => Agreed = (actions, steps);

    public void OnMacros(MilterCommand command, ReadOnlySpan<byte> pairs)
    {
        if (RecordsMacros)
            Record($"D{(char)command}:{Encoding.UTF8.GetString(pairs).Replace('\0', '|')}");
    }

    public ValueTask<MilterReply> OnConnectAsync(MilterClientAddress client) =>
        Reply(MilterCommand.Connect, $"C:{Text(client.HostName)},{client.Family},{client.Port},{Text(client.Address)}");

    public ValueTask<MilterReply> OnHeloAsync(ReadOnlyMemory<byte> name) => Reply(MilterCommand.Helo, $"H:{Text(name)}");

    public ValueTask<MilterReply> OnMailAsync(ReadOnlyMemory<byte> path, IReadOnlyList<string> parameters) =>
        Reply(MilterCommand.Mail, $"M:{Text(path)}{Text(parameters)}");

    public ValueTask<MilterReply> OnRecipientAsync(ReadOnlyMemory<byte> path, IReadOnlyList<string> parameters) =>
        Reply(MilterCommand.Recipient, $"R:{Text(path)}{Text(parameters)}");

    public ValueTask<MilterReply> OnDataAsync() => Reply(MilterCommand.Data, "T");

    public void OnHeader(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value) =>
        Record($"L:{Encoding.UTF8.GetString(name)}={Encoding.UTF8.GetString(value)}");

    public ValueTask<MilterReply> OnEndOfHeadersAsync() => Reply(MilterCommand.EndOfHeaders, "N");

    public ValueTask<MilterReply> OnBodyAsync(ReadOnlyMemory<byte> chunk) =>
        Reply(MilterCommand.Body, chunk.Length > 32 ? $"B:{chunk.Length}" : $"B:{Text(chunk)}");

    public ValueTask<MilterReply> OnEndOfMessageAsync(MilterEditWriter edits)
    {
        Edit?.Invoke(edits);
        return Reply(MilterCommand.EndOfMessage, "E");
    }

    public ValueTask<MilterReply> OnUnknownCommandAsync(ReadOnlyMemory<byte> command) => Reply(MilterCommand.Unknown, $"U:{Text(command)}");

    public ValueTask OnAbortAsync()
    {
        Record("abort");
        return default;
    }

    public ValueTask OnClosedAsync()
    {
        Record("closed");
        return default;
    }

    private ValueTask<MilterReply> Reply(MilterCommand command, string call)
    {
        Record(call);
        return Replies.TryGetValue(command, out var reply) ? reply() : new(MilterReply.Continue);
    }

    private void Record(string call)
    {
        lock (_gate)
            _calls.Add(call);
    }

    private static string Text(ReadOnlyMemory<byte> octets) => Encoding.UTF8.GetString(octets.Span);

    private static string Text(IReadOnlyList<string> parameters) => parameters.Count == 0 ? "" : "+" + string.Join('+', parameters);
}
