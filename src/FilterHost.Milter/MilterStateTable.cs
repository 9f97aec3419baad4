namespace FilterHost.Milter;

/// <summary>Which command fits which state, as libmilter has it. A step that was negotiated away may be missing, so what may follow it may come in its place.</summary>
internal sealed class MilterStateTable
{
    private static readonly MilterCommand[][] Next = Fill();

    private static readonly (MilterState State, MilterSteps Step)[] Skippable =
    [
        (MilterState.Connected, MilterSteps.NoConnect),
        (MilterState.Greeted, MilterSteps.NoHelo),
        (MilterState.Mail, MilterSteps.NoMail),
        (MilterState.Recipient, MilterSteps.NoRecipient),
        (MilterState.Data, MilterSteps.NoData),
        (MilterState.EndOfHeaders, MilterSteps.NoEndOfHeaders),
        (MilterState.Body, MilterSteps.NoBody),
    ];

    private readonly uint[] _allowed = new uint[Next.Length];

    public MilterStateTable(MilterSteps steps)
    {
        for (var state = Next.Length - 1; state >= 0; state--)
        {
            foreach (var command in Next[state])
                _allowed[state] |= Bit(command);
            // From the last state on, so that several missing steps in a row add up.
            if (state + 1 < Next.Length && IsSkipped((MilterState)(state + 1), steps))
                _allowed[state] |= _allowed[state + 1];
        }
    }

    public bool Allows(MilterState state, MilterCommand command) => (_allowed[(int)state] & Bit(command)) != 0;

    /// <summary>The state after a command that fits.</summary>
    public static MilterState After(MilterCommand command, MilterState before) => command switch
    {
        MilterCommand.Connect => MilterState.Connected,
        MilterCommand.Helo => MilterState.Greeted,
        MilterCommand.Mail => MilterState.Mail,
        MilterCommand.Recipient => MilterState.Recipient,
        MilterCommand.Data => MilterState.Data,
        MilterCommand.Header => MilterState.Headers,
        MilterCommand.EndOfHeaders => MilterState.EndOfHeaders,
        MilterCommand.Body => MilterState.Body,
        MilterCommand.EndOfMessage => MilterState.Greeted,
        _ => before,
    };

    private static bool IsSkipped(MilterState state, MilterSteps steps)
    {
        // A header section may be empty.
        if (state == MilterState.Headers)
            return true;
        foreach (var (skipped, step) in Skippable)
            if (skipped == state)
                return (steps & step) != 0;
        return false;
    }

    private static uint Bit(MilterCommand command) => 1u << ((int)command - 'A');

    private static MilterCommand[][] Fill()
    {
        var next = new MilterCommand[(int)MilterState.Body + 1][];
        next[(int)MilterState.Opened] = [];
        next[(int)MilterState.Negotiated] = [MilterCommand.Connect];
        // MAIL without HELO: RFC 5321 §4.1.4 lets a server take it, and MTAs pass it on.
        next[(int)MilterState.Connected] = [MilterCommand.Helo, MilterCommand.Mail];
        // HELO comes again after STARTTLS.
        next[(int)MilterState.Greeted] = [MilterCommand.Helo, MilterCommand.Mail];
        next[(int)MilterState.Mail] = [MilterCommand.Recipient];
        // DATA is missing before version 4, header fields and body where a message has none.
        next[(int)MilterState.Recipient] =
        [
            MilterCommand.Recipient, MilterCommand.Data, MilterCommand.Header, MilterCommand.EndOfHeaders, MilterCommand.Body, MilterCommand.EndOfMessage,
        ];
        next[(int)MilterState.Data] = [MilterCommand.Header, MilterCommand.EndOfHeaders];
        next[(int)MilterState.Headers] = [MilterCommand.Header, MilterCommand.EndOfHeaders];
        next[(int)MilterState.EndOfHeaders] = [MilterCommand.Body, MilterCommand.EndOfMessage];
        next[(int)MilterState.Body] = [MilterCommand.Body, MilterCommand.EndOfMessage];
        return next;
    }
}
