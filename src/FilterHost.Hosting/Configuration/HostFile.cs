using System.Text;

namespace FilterHost.Hosting.Configuration;

/// <summary>A file of hosts, one on each line, as OpenDKIM's TrustedHosts.</summary>
internal sealed class HostFile(string path, SettingLocation setting, ProblemList problems)
{
    // Millions of rows; what is larger is another file.
    private const int LargestFile = 64 << 20;

    // A file that is none of hosts must not bury what else is wrong.
    private const int MostProblems = 20;

    private const char ByteOrderMark = '\uFEFF';

    private readonly List<HostEntry> _entries = [];
    private int _badLines;

    /// <summary>Reads the file. A row that is wrong is an error: a list that lacks one may sign mail of strangers, or send ours unsigned.</summary>
    /// <returns>Null if anything is wrong.</returns>
    public IReadOnlyList<HostEntry>? Read()
    {
        if (Text() is not { } text)
            return null;
        var number = 0;
        foreach (var line in text.AsSpan().EnumerateLines())
            ReadLine(line, ++number);
        if (_badLines > MostProblems)
            problems.Error($"{_badLines - MostProblems} more lines of '{path}' are no hosts", setting);
        return _badLines == 0 ? _entries : null;
    }

    private string? Text()
    {
        try
        {
            if (Directory.Exists(path))
                return Refuse("is a folder");
            return FileText.ReadBounded(path, LargestFile) is { } octets ? FileText.StrictUtf8.GetString(octets).TrimStart(ByteOrderMark) : Refuse("is larger than 64M");
        }
        catch (DecoderFallbackException)
        {
            return Refuse("is not UTF-8");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return Refuse($"cannot be read: {FileText.Reason(failure)}");
        }
    }

    private string? Refuse(string what)
    {
        problems.Error($"'{path}' {what}", setting);
        return null;
    }

    private void ReadLine(ReadOnlySpan<char> line, int number)
    {
        var comment = line.IndexOf('#');
        var text = (comment < 0 ? line : line[..comment]).Trim();
        if (text.IsEmpty)
            return;
        var column = line.IndexOfAnyExcept(" \t") + 1;
        var end = text.IndexOfAny(' ', '\t');
        if (end >= 0)
            problems.Warning("only the first word of a line counts, as in OpenDKIM; a comment begins with #", At(number, column + end));
        if (HostEntry.TryParse((end < 0 ? text : text[..end]).ToString(), out var entry, out var problem))
            _entries.Add(entry);
        else if (++_badLines <= MostProblems)
            problems.Error(problem, At(number, column));
    }

    private SettingLocation At(int line, int column) => new(path, line, column, setting.Key);
}
