using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;

namespace FilterHost.Logging;

/// <summary>Makes one line of an event; an exception becomes part of it, so that a log reader never sees half an entry.</summary>
internal static class LineText
{
    public static string Of(LogLevel level, string message, Exception? exception)
    {
        var text = exception is null ? $"{Word(level)}{message}" : $"{Word(level)}{message}: {exception}";
        return text.AsSpan().ContainsAnyExceptInRange(' ', '~') ? Clean(text) : text;
    }

    // Values come from mail and name servers: none may begin a line of its own, or speak to the terminal of who reads the log.
    private static string Clean(string text)
    {
        var line = new StringBuilder(text.Length);
        foreach (var character in text.ReplaceLineEndings(" | "))
            _ = char.IsControl(character) && character != '\t'
                ? line.Append(CultureInfo.InvariantCulture, $"\\x{(int)character:x2}")
                : line.Append(character);
        return line.ToString();
    }

    private static string Word(LogLevel level) => level switch
    {
        LogLevel.Trace or LogLevel.Debug => "debug: ",
        LogLevel.Warning => "warning: ",
        LogLevel.Error => "error: ",
        LogLevel.Critical => "fatal: ",
        _ => "",
    };
}
