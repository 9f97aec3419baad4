using System.Text;

namespace FilterHost.Hosting.Configuration;

/// <summary>One thing that is wrong with the settings, the plugins or what they name.</summary>
internal sealed record Problem(ProblemSeverity Severity, string Text, SettingLocation? Location)
{
    /// <summary>One line: <c>file:line:column: key: text</c>, with the severity before the text where it is not an error.</summary>
    public override string ToString()
    {
        var text = Severity == ProblemSeverity.Error ? Text : $"{Severity.ToString().ToLowerInvariant()}: {Text}";
        return OnOneLine(Location is null ? text : $"{Location}: {text}");
    }

    // Keys and values of the file stand in the text; none of them may end the line or move the cursor of a terminal.
    private static string OnOneLine(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\0', '\x1F') && !text.AsSpan().ContainsAnyInRange('\x7F', '\x9F'))
            return text;
        var line = new StringBuilder(text.Length + 8);
        foreach (var character in text)
            line.Append(char.IsControl(character) ? $"\\u{(int)character:x4}" : character.ToString());
        return line.ToString();
    }
}
