using FilterHost.Milter;

namespace FilterHost.Hosting.Tests.Server;

/// <summary>Lets everything pass.</summary>
internal sealed class QuietCallbacks : IMilterCallbacks
{
    private static ValueTask<MilterReply> Continue => new(MilterReply.Continue);

    public MilterNegotiation Negotiate(MilterOffer offer) => new(MilterActions.None, MilterSteps.None, []);

    public void OnNegotiated(MilterOffer offer, MilterActions actions, MilterSteps steps)
    {
    }

    public void OnMacros(MilterCommand command, ReadOnlySpan<byte> pairs)
    {
    }

    public ValueTask<MilterReply> OnConnectAsync(MilterClientAddress client) => Continue;

    public ValueTask<MilterReply> OnHeloAsync(ReadOnlyMemory<byte> name) => Continue;

    public ValueTask<MilterReply> OnMailAsync(ReadOnlyMemory<byte> path, IReadOnlyList<string> parameters) => Continue;

    public ValueTask<MilterReply> OnRecipientAsync(ReadOnlyMemory<byte> path, IReadOnlyList<string> parameters) => Continue;

    public ValueTask<MilterReply> OnDataAsync() => Continue;

    public void OnHeader(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
    }

    public ValueTask<MilterReply> OnEndOfHeadersAsync() => Continue;

    public ValueTask<MilterReply> OnBodyAsync(ReadOnlyMemory<byte> chunk) => Continue;

    public ValueTask<MilterReply> OnEndOfMessageAsync(MilterEditWriter edits) => Continue;

    public ValueTask<MilterReply> OnUnknownCommandAsync(ReadOnlyMemory<byte> command) => Continue;

    public ValueTask OnAbortAsync() => default;

    public ValueTask OnClosedAsync() => default;
}
