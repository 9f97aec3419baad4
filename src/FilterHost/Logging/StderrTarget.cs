using System.Globalization;

namespace FilterHost.Logging;

/// <summary>Standard error, a line an event.</summary>
/// <param name="withPriority">Whether each line begins with its priority, as the journal reads it off (sd-daemon(3)).</param>
internal sealed class StderrTarget(bool withPriority = false) : ILogTarget
{
    public bool TryWrite(LogLine line)
    {
        Console.Error.Write(withPriority ? string.Create(CultureInfo.InvariantCulture, $"<{line.Severity}>{line.Text}\n") : $"{line.Text}\n");
        return true;
    }

    public void Dispose()
    {
        // Standard error is everybody's.
    }
}
