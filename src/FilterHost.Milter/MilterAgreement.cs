using System.Buffers.Binary;

namespace FilterHost.Milter;

/// <summary>The filter's answer to an offer, masked by it.</summary>
internal sealed class MilterAgreement
{
    private const uint NewestVersion = 6;
    private const uint OldestVersion = 2;

    private static readonly (MilterCommand Command, MilterSteps NoReply)[] NoReplies =
    [
        (MilterCommand.Connect, MilterSteps.NoReplyConnect),
        (MilterCommand.Helo, MilterSteps.NoReplyHelo),
        (MilterCommand.Mail, MilterSteps.NoReplyMail),
        (MilterCommand.Recipient, MilterSteps.NoReplyRecipient),
        (MilterCommand.Data, MilterSteps.NoReplyData),
        (MilterCommand.Header, MilterSteps.NoReplyHeader),
        (MilterCommand.EndOfHeaders, MilterSteps.NoReplyEndOfHeaders),
        (MilterCommand.Body, MilterSteps.NoReplyBody),
        (MilterCommand.Unknown, MilterSteps.NoReplyUnknown),
    ];

    private readonly uint _replying = uint.MaxValue;

    private MilterAgreement(uint version, MilterActions actions, MilterSteps steps)
    {
        (Version, Actions, Steps, Table) = (version, actions, steps, new MilterStateTable(steps));
        foreach (var (command, noReply) in NoReplies)
            if ((steps & noReply) != 0)
                _replying &= ~Bit(command);
    }

    /// <summary>Before any negotiation: nothing is allowed.</summary>
    public static MilterAgreement None { get; } = new(0, MilterActions.None, MilterSteps.None);

    public uint Version { get; }

    public MilterActions Actions { get; }

    public MilterSteps Steps { get; }

    public MilterStateTable Table { get; }

    /// <summary>Sendmail refuses any bit that it did not offer, Postfix an action; an MTA that knows no NR_* waits for each reply. So all is masked.</summary>
    public static MilterAgreement Make(MilterOffer offer, MilterNegotiation wanted)
    {
        if (offer.Version < OldestVersion)
            throw new MilterProtocolException($"the MTA offers protocol version {offer.Version}; {OldestVersion} is the oldest known");
        var steps = wanted.Steps & ~MilterDataSize.Options & offer.Steps;
        return new(Math.Min(offer.Version, NewestVersion), wanted.Actions & offer.Actions, steps | MilterDataSize.Best(offer.Steps));
    }

    /// <summary>A filter's answer as the MTA sees it. Postfix and Sendmail refuse what they did not offer.</summary>
    public static MilterAgreement Check(MilterOffer offer, ReadOnlySpan<byte> answer)
    {
        var version = BinaryPrimitives.ReadUInt32BigEndian(answer);
        var actions = (MilterActions)BinaryPrimitives.ReadUInt32BigEndian(answer[4..]);
        var steps = (MilterSteps)BinaryPrimitives.ReadUInt32BigEndian(answer[8..]);
        if (version < OldestVersion || version > offer.Version)
            throw new MilterProtocolException($"the filter answers version {offer.Version} with {version}");
        offer = MilterPayload.Meaning(offer);
        if ((actions & ~offer.Actions) != 0 || (steps & ~offer.Steps) != 0)
            throw new MilterProtocolException($"the filter wants what was not offered: actions 0x{actions & ~offer.Actions:x}, steps 0x{steps & ~offer.Steps:x}");
        return new(version, actions, steps);
    }

    /// <summary>True where the MTA waits for a reply; one that it does not wait for would be taken for the reply to a later command.</summary>
    public bool IsReplyDue(MilterCommand command) => (_replying & Bit(command)) != 0;

    public void Write(MilterFrameWriter frames, MilterOffer offer, IReadOnlyList<MacroRequest> lists)
    {
        var withLists = offer.Actions.HasFlag(MilterActions.SetMacroList) && lists.Count > 0;
        frames.Begin((byte)MilterCommand.Negotiate);
        frames.Number(Version);
        frames.Number((uint)(withLists ? Actions | MilterActions.SetMacroList : Actions));
        frames.Number((uint)Steps);
        if (withLists)
            WriteLists(frames, lists);
        frames.End();
    }

    private static void WriteLists(MilterFrameWriter frames, IReadOnlyList<MacroRequest> lists)
    {
        foreach (var list in lists)
        {
            frames.Number((uint)list.Stage);
            frames.Text(string.Join(' ', list.Names));
            frames.Octet(0);
        }
    }

    private static uint Bit(MilterCommand command) => 1u << ((int)command - 'A');
}
