using Tomlyn.Syntax;

namespace FilterHost.Hosting.Configuration;

/// <summary>The whole name of a key: <c>filter.sign.keys[0]."a.b"</c>.</summary>
internal static class SettingPath
{
    /// <summary>A key below a path.</summary>
    public static string Append(string path, string key) => Join(path, BareKeySyntax.IsBareKey(key) ? key : $"\"{key}\"");

    /// <summary>A path below a path.</summary>
    public static string Join(string path, string below) => path.Length == 0 || below.StartsWith('[') ? path + below : $"{path}.{below}";

    /// <summary>The keys and, in brackets, the indices of a path. A path that is malformed gives steps that no table has.</summary>
    public static IEnumerable<string> Steps(string path)
    {
        for (var at = 0; at < path.Length;)
        {
            var end = EndOfStep(path, at);
            var step = path[at..end];
            if (step is ['"', .. var quoted, '"'])
                yield return quoted;
            else if (step.Length > 0)
                yield return step;
            at = end < path.Length && path[end] == '.' ? end + 1 : end;
        }
    }

    private static int EndOfStep(string path, int start)
    {
        var end = path[start] switch
        {
            '"' => path.IndexOf('"', start + 1) + 1,
            '[' => path.IndexOf(']', start + 1) + 1,
            '.' => start,
            _ => path.AsSpan(start).IndexOfAny('.', '[') is var length and >= 0 ? start + length : path.Length,
        };
        // An empty step between two dots must still move on.
        return end > start ? end : path[start] == '.' ? start : path.Length;
    }
}
