namespace FilterHost.Plugins.TableKeyStore;

/// <summary>Passes the first problems of each severity on and counts the rest: a table of 200,000 rows may have a mistake in each.</summary>
internal sealed class BoundedReport(IProblemReport report)
{
    private const int Passed = 100;

    private readonly Dictionary<(ProblemSeverity Severity, string Setting), int> _counts = [];

    public void Add(ProblemSeverity severity, string text, string setting)
    {
        var count = _counts.GetValueOrDefault((severity, setting));
        _counts[(severity, setting)] = count + 1;
        if (count < Passed)
            report.Add(severity, text, setting);
    }

    /// <summary>Says how many problems were not passed on.</summary>
    public void Finish()
    {
        foreach (var ((severity, setting), count) in _counts.Where(each => each.Value > Passed))
            report.Add(severity, $"{count - Passed} more rows have problems of this kind. Mend the rows above and check again.", setting);
    }
}
