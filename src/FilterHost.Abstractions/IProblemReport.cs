namespace FilterHost;

/// <summary>Collects what is wrong with an instance. Implemented by the host, which adds file, line and column of the setting.</summary>
public interface IProblemReport
{
    /// <summary>Adds a problem.</summary>
    /// <param name="severity">What it stops.</param>
    /// <param name="text">What is wrong and what mends it, in one sentence each.</param>
    /// <param name="setting">The key it concerns, as the table writes it: <c>directory</c>, <c>keys[0].file</c>; null for the table as a whole.</param>
    void Add(ProblemSeverity severity, string text, string? setting = null);
}
