namespace FilterHost.Hosting.Isolation;

/// <summary>An exception of another process, of which the words are left.</summary>
internal sealed class ReportedException(string text) : Exception(text.Split('\n')[0])
{
    public override string ToString() => text;
}
