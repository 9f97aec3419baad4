using System.Text.RegularExpressions;

namespace FilterHost.EndToEnd.Tests;

/// <summary>packaging/MIGRATING.md: the set-ups that it shows.</summary>
internal static partial class MigratingPage
{
    private static readonly string Text = File.ReadAllText(Path.Combine(FilterHost.Tests.ConformanceData.RepositoryRoot, "packaging/MIGRATING.md"));

    /// <summary>The blocks of a numbered section in that language, in order.</summary>
    public static string[] Blocks(int section, string language) =>
        [.. Block().Matches(Section(section)).Where(match => match.Groups[1].Value == language).Select(match => match.Groups[2].Value)];

    /// <summary>The text of a numbered section.</summary>
    public static string Section(int section)
    {
        var start = Text.IndexOf($"\n## {section}. ", StringComparison.Ordinal);
        Assert.True(start >= 0, $"the page has no section {section}");
        return Text[start..Text.IndexOf("\n## ", start + 1, StringComparison.Ordinal)];
    }

    /// <summary>The last cell of a row of a table that has a text.</summary>
    public static string LastCellOf(string text) =>
        Text.Split('\n').Single(line => line.StartsWith('|') && line.Contains(text, StringComparison.Ordinal)).Split(" | ")[^1].Trim(' ', '|');

    [GeneratedRegex("^```([a-z]+)\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();
}
