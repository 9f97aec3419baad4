using FilterHost.Milter;

namespace FilterHost.Import;

/// <summary>Socket= and -p, as libmilter reads them.</summary>
internal static class SocketSpecification
{
    /// <summary>The text of our setting; null and what is wrong where it is no socket.</summary>
    /// <param name="text">The daemon's text.</param>
    /// <param name="configuration">What relative paths are relative to.</param>
    /// <param name="problem">What is wrong.</param>
    public static string? Translate(string text, DaemonConfiguration configuration, out string? problem)
    {
        problem = null;
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        // Without a type libmilter takes it for the path of a socket.
        var (type, rest) = colon < 0 ? ("local", text) : (text[..colon].ToLowerInvariant(), text[(colon + 1)..]);
        if (type is "local" or "unix")
        {
            var path = configuration.PathOf(rest);
            return Check($"unix:{path}", out problem);
        }
        return Check(type is "inet" or "inet6" ? $"{type}:{rest}" : text, out problem);
    }

    private static string? Check(string text, out string? problem) => MilterAddress.TryParse(text, out var address, out problem) ? address.ToString() : null;
}
