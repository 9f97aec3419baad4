namespace FilterHost.Hosting.Pipeline;

/// <summary>The bounds of a pipeline; the settings' own text says what each is for.</summary>
internal sealed record PipelineLimits
{
    public TimeSpan CommandBudget { get; init; } = TimeSpan.FromSeconds(8);

    public TimeSpan EndOfMessageBudget { get; init; } = TimeSpan.FromSeconds(240);

    public TimeSpan ProgressInterval { get; init; } = TimeSpan.FromSeconds(5);

    public long MaximumHeaderSize { get; init; } = 1 << 20;

    public int MaximumHeaderFields { get; init; } = 10_000;

    public int DnsQuestions { get; init; } = 100;

    public long BodyMemory { get; init; } = 1 << 20;

    public BodyBudget BodyBudget { get; init; } = new();

    public string TemporaryDirectory { get; init; } = Path.GetTempPath();

    /// <summary>Overwrite buffers when a transaction ends, so that a filter which keeps a view notices. For tests.</summary>
    public bool PoisonBuffers { get; init; }

    /// <summary>Keep every body, so that the final message can be shown. For runs without an MTA.</summary>
    public bool KeepsEveryBody { get; init; }

    public BodyStore CreateBodyStore() => new(BodyBudget, BodyMemory, TemporaryDirectory);
}
