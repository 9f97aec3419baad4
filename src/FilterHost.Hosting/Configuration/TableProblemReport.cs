namespace FilterHost.Hosting.Configuration;

/// <summary>Takes a plugin's problems with one table and adds their places.</summary>
internal sealed class TableProblemReport(SettingsTable table, ProblemList problems) : IProblemReport
{
    public void Add(ProblemSeverity severity, string text, string? setting = null) => problems.Add(severity, text, table.Locate(setting));
}
