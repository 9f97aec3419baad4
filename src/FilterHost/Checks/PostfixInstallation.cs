namespace FilterHost.Checks;

/// <summary>What Postfix's own files say about where its processes see a Unix socket.</summary>
/// <param name="QueueDirectory">Where its processes work, and what a chroot makes their root.</param>
/// <param name="ChrootedServices">The services that call milters and run in a chroot, as master.cf names them.</param>
internal sealed record PostfixInstallation(string QueueDirectory, IReadOnlyList<string> ChrootedServices)
{
    private const string DefaultQueueDirectory = "/var/spool/postfix";

    // master(5): service, type, private, unprivileged, chroot, wakeup, limit, command.
    private const int ChrootColumn = 4;
    private const int CommandColumn = 7;

    /// <summary>The installation that MAIL_CONFIG names, as for Postfix's own commands, else the usual one.</summary>
    public static PostfixInstallation Read()
    {
        var folder = Environment.GetEnvironmentVariable("MAIL_CONFIG") is { Length: > 0 } named ? named : "/etc/postfix";
        var queue = LinesOf(Path.Combine(folder, "main.cf"))
            .Select(line => line.Split('=', 2, StringSplitOptions.TrimEntries))
            .LastOrDefault(parts => parts is ["queue_directory", ['/', ..]]);
        var chrooted = LinesOf(Path.Combine(folder, "master.cf"))
            .Select(line => line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries))
            .Where(columns => columns.Length > CommandColumn && columns[ChrootColumn] == "y" && columns[CommandColumn] is "smtpd" or "cleanup")
            .Select(columns => $"{columns[0]} ({columns[CommandColumn]})");
        return new PostfixInstallation(queue?[1] ?? DefaultQueueDirectory, [.. chrooted]);
    }

    /// <summary>The path as a process sees it that works in the queue directory, in a chroot or not; null for a path that is not below.</summary>
    public string? BelowQueueDirectory(string path) =>
        path.StartsWith(QueueDirectory.TrimEnd('/') + "/", StringComparison.Ordinal) ? path[(QueueDirectory.TrimEnd('/').Length + 1)..] : null;

    /// <summary>Why a chrooted service does not find a socket, and what mends it; null where it does.</summary>
    public string? FindProblem(string path) => ChrootedServices.Count == 0 || BelowQueueDirectory(path) is not null
        ? null
        : $"{path} cannot be reached by Postfix's {string.Join(", ", ChrootedServices)}, which run in the chroot {QueueDirectory} (master.cf, fifth column). Put the socket below {QueueDirectory}, or set the column to n.";

    // A line that begins with white space goes on with the one before, which says all that is wanted here.
    private static IEnumerable<string> LinesOf(string path)
    {
        try
        {
            return [.. File.ReadLines(path).Where(line => line.Length > 0 && line[0] != '#' && !char.IsWhiteSpace(line[0]))];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
