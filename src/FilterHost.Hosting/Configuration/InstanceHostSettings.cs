namespace FilterHost.Hosting.Configuration;

/// <summary>The host's own keys in the table of a filter or service; the published, fixed list. A plugin's settings cannot use these names.</summary>
internal sealed record InstanceHostSettings
{
    [Setting("The plugin that the table is an instance of: the name of its folder in one of `plugin_directories`. Several tables may name the same plugin with different settings. "
        + "A plugin that is not there stops the start.", Example = "\"DkimVerify\"")]
    public required string Plugin { get; init; }

    [Setting("What a message gets when this filter throws, overruns its time or blocks. `tempfail` makes the client try again, so that nothing passes unjudged and nothing is lost; `reject` refuses the message for good; "
        + "`skip` lets it go on without this filter, with `temperror` as the result of each method the filter publishes. The default is `tempfail`, since a fault of ours should neither bounce nor wave through mail. Filters only.")]
    public OnError OnError { get; init; } = OnError.Tempfail;

    [Setting("The most time this filter gets for one stage of a message, within the budget that the whole pipeline has for the stage (`command_budget`, `end_of_message_budget`). Overrunning it is a fault of the filter: `on_error` decides. "
        + "Default: what is left of the budget. Too short a limit defers mail while DNS is slow. Filters only.", Minimum = 0.001, Maximum = 3600, Example = "\"10s\"")]
    public TimeSpan? TimeLimit { get; init; }

    [Setting("The `[service.NAME]` that answers this instance's DNS questions. Needed only where several services are resolvers; with one, that one is taken, with none, a plugin that asks for DNS stops the start.", Example = "\"dns\"")]
    public string? Resolver { get; init; }

    [Setting("The `[service.NAME]` whose signing keys this instance uses. Needed only where several services are key stores; with one, that one is taken.", Example = "\"keys\"")]
    public string? KeyStore { get; init; }

    [Setting("Where this filter runs: `none` in the host itself, `process` in a worker process of its own with its own instances of the services that it uses. A worker that dies, by a stack overflow or a fault in native code, "
        + "costs only the messages that are in it, which get `on_error`; it is started anew after a second, then two, up to a minute. What it finds and changes is the same, but later filters see it only at the end of the message, "
        + "and each message costs a way to another process and back. It holds a filter's bugs; it does not hold an enemy, since the worker runs as the host's user. Filters only.")]
    public IsolationKind Isolation { get; init; } = IsolationKind.None;

    [Setting("The most memory of a worker process: the limit of its managed heap, and of its memory as a whole without what it shares with others. A worker that takes more is killed and started anew. "
        + "The runtime itself takes some 20 MB of it. Counts where `isolation` is `process`.", Minimum = 67108864, Maximum = 1099511627776)]
    public ByteSize IsolationMemory { get; init; } = new(512L << 20);

    [Setting("The most CPU time of a worker process for one message: what the worker takes while the message is in it, shared evenly among the messages that are in it at the time. With no message in it, the most in a minute. "
        + "A worker that takes more is killed and started anew. Counts where `isolation` is `process`.", Minimum = 0.1, Maximum = 3600)]
    public TimeSpan IsolationCpu { get; init; } = TimeSpan.FromSeconds(10);
}
