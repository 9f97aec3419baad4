using System.Buffers;
using System.Text;
using System.Text.Json;

namespace FilterHost.Hosting.Configuration;

/// <summary>Everything that is wrong, so that the administrator hears it at once. Safe to add to from several threads.</summary>
internal sealed class ProblemList
{
    private readonly Lock _lock = new();
    private readonly List<Problem> _problems = [];

    public int Count
    {
        get
        {
            lock (_lock)
                return _problems.Count;
        }
    }

    /// <summary>True if the host must not start, or not take the new settings.</summary>
    public bool HasErrors => Any(ProblemSeverity.Error);

    /// <summary>True if <c>check</c> fails though the host would run.</summary>
    public bool HasDefects => Any(ProblemSeverity.Defect);

    public void Add(Problem problem)
    {
        lock (_lock)
        {
            // A service that runs in the host and in a worker has the same problem in both.
            if (!_problems.Contains(problem))
                _problems.Add(problem);
        }
    }

    public void Add(ProblemSeverity severity, string text, SettingLocation? location = null) => Add(new Problem(severity, text, location));

    public void Error(string text, SettingLocation? location = null) => Add(ProblemSeverity.Error, text, location);

    public void Warning(string text, SettingLocation? location = null) => Add(ProblemSeverity.Warning, text, location);

    /// <summary>By file, line and column; what has no place comes last, in the order it was found.</summary>
    public IReadOnlyList<Problem> Ordered()
    {
        lock (_lock)
        {
            return [.. _problems
                .OrderBy(problem => problem.Location is null)
                .ThenBy(problem => problem.Location?.File, StringComparer.Ordinal)
                .ThenBy(problem => problem.Location?.Line)
                .ThenBy(problem => problem.Location?.Column)];
        }
    }

    /// <summary>One line for each problem.</summary>
    public override string ToString() => string.Join('\n', Ordered());

    /// <summary>An array of objects with severity, file, line, column, key and text.</summary>
    public string ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
            Write(writer);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>Writes the same array.</summary>
    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartArray();
        foreach (var problem in Ordered())
            Write(writer, problem);
        writer.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter writer, Problem problem)
    {
        writer.WriteStartObject();
        writer.WriteString("severity", problem.Severity.ToString().ToLowerInvariant());
        if (problem.Location is { } at)
        {
            writer.WriteString("file", at.File);
            writer.WriteNumber("line", at.Line);
            writer.WriteNumber("column", at.Column);
            writer.WriteString("key", at.Key);
        }
        writer.WriteString("text", problem.Text);
        writer.WriteEndObject();
    }

    private bool Any(ProblemSeverity severity)
    {
        lock (_lock)
            return _problems.Exists(problem => problem.Severity == severity);
    }
}
