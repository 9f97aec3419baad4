using Microsoft.Extensions.Logging;

namespace FilterHost.Hosting.Isolation;

/// <summary>A line that a worker writes to its host: an answer, or a line for the log.</summary>
internal sealed record WorkerLine
{
    public WorkerAnswer? Answer { get; init; }

    public LogLevel Level { get; init; }

    public string Category { get; init; } = "";

    public string Text { get; init; } = "";

    /// <summary>The exception in words.</summary>
    public string? Exception { get; init; }
}
