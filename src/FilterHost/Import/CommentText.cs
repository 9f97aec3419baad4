using System.Text;

namespace FilterHost.Import;

/// <summary>Comments of the file that is written.</summary>
internal static class CommentText
{
    /// <summary>Writes a comment on one line; nothing in it can end the line.</summary>
    public static void Write(StringBuilder output, string text)
    {
        output.Append(text.Length == 0 ? "#" : "# ");
        foreach (var character in text)
            output.Append(char.IsControl(character) ? '?' : character);
        output.Append('\n');
    }
}
