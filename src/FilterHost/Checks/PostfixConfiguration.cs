using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using FilterHost.Hosting.Server;

namespace FilterHost.Checks;

/// <summary>What Postfix's own files say: main.cf with its defaults, and the services of master.cf, both as postconf(1) reads them.</summary>
internal sealed class PostfixConfiguration
{
    // Not in the PATH of everybody.
    private static readonly string[] Programs = ["postconf", "/usr/sbin/postconf"];

    // Postfix's own, for a machine without it.
    private static readonly Dictionary<string, string> Defaults = new(StringComparer.Ordinal)
    {
        ["queue_directory"] = "/var/spool/postfix",
        ["compatibility_level"] = "3.6",
        ["milter_default_action"] = "tempfail",
        ["milter_protocol"] = "6",
        ["milter_connect_timeout"] = "30s",
        ["milter_command_timeout"] = "30s",
        ["milter_content_timeout"] = "300s",
    };

    private static readonly string[] Parameters =
    [
        .. Defaults.Keys, "config_directory", "mail_version", "smtpd_milters", "non_smtpd_milters", "smtpd_milter_maps", "mynetworks", "internal_mail_filter_classes",
        "content_filter", "smtpd_proxy_filter", "receive_override_options",
    ];

    private readonly Dictionary<string, string> _main;

    private PostfixConfiguration(Dictionary<string, string> main, IReadOnlyList<PostfixService> services, string? absence) => (_main, Services, Absence) = (main, services, absence);

    public IReadOnlyList<PostfixService> Services { get; }

    /// <summary>Why nothing could be read, so that Postfix's defaults stand here; null where Postfix is installed.</summary>
    public string? Absence { get; }

    public bool IsPresent => Absence is null;

    public string QueueDirectory => this["queue_directory"];

    /// <summary>A parameter of main.cf, with its default and all it refers to; empty where it is not known.</summary>
    public string this[string parameter] => _main.GetValueOrDefault(parameter, "");

    /// <summary>The parameter as a service has it.</summary>
    public string Value(PostfixService? service, string parameter) => service?.Options.GetValueOrDefault(parameter) ?? this[parameter];

    /// <summary>True where main.cf or a service has the parameter.</summary>
    public bool HasAnywhere(string parameter) => this[parameter].Length > 0 || Services.Any(service => service.IsSmtpd && Value(service, parameter).Length > 0);

    /// <summary>True where the service is told to call no milters for what it takes in, whatever main.cf names.</summary>
    public bool SkipsMilters(PostfixService service) =>
        service.IsSmtpd && (ListOf(Value(service, "receive_override_options")).Contains("no_milters") || service.Options.GetValueOrDefault("smtpd_milters") is "");

    /// <summary>
    /// The services that take back what a content filter was given (FILTER_README): its milters were called before. Not where there is a before-queue filter: in front of it milters see no
    /// message (MILTER_README, Limitations), so that those behind it are the only ones that do.
    /// </summary>
    public IEnumerable<PostfixService> Reinjecting => HasAnywhere("smtpd_proxy_filter")
        ? []
        : Services.Where(service => service is { IsSmtpd: true, IsLoopback: true } && Value(service, "content_filter").Length == 0
            && (service.Options.ContainsKey("content_filter") || (HasAnywhere("content_filter") && !service.IsForClients)));

    /// <summary>Words that commas or white space part.</summary>
    public static string[] ListOf(string value) => value.Split([' ', '\t', ','], StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Reads a folder; without one that of MAIL_CONFIG, as for Postfix's own commands, else the usual one.</summary>
    public static async Task<PostfixConfiguration> ReadAsync(string? folder, CancellationToken cancellationToken)
    {
        string[] place = folder is null ? [] : ["-c", folder];
        if (await RunAsync([.. place, "-x", .. Parameters], cancellationToken) is not { } main)
            return Without("there is no postconf");
        if (!main.IsGood)
            return Without(main.Errors.Split('\n')[^1]);
        var master = await RunAsync([.. place, "-Mf"], cancellationToken);
        var options = await RunAsync([.. place, "-Px"], cancellationToken);
        var values = Assignments(main.Output);
        var isChrootDefault = IsChrootDefault(values.GetValueOrDefault("compatibility_level", ""));
        return new PostfixConfiguration(values, [.. ServicesOf(master?.Output ?? "", Assignments(options?.Output ?? ""), isChrootDefault)], absence: null);
    }

    /// <summary>The path as a process sees it that works in the queue directory, in a chroot or not; null for a path that is not below.</summary>
    public string? BelowQueueDirectory(string path) =>
        path.StartsWith(QueueDirectory.TrimEnd('/') + "/", StringComparison.Ordinal) ? path[(QueueDirectory.TrimEnd('/').Length + 1)..] : null;

    /// <summary>The services that call milters and cannot see a socket, since their chroot hides it.</summary>
    public IEnumerable<PostfixService> BlindFor(string path) => BelowQueueDirectory(path) is not null || IsMountedInChroot(path)
        ? []
        : Services.Where(service => service.IsChrooted && (service.IsCleanup || service.IsSmtpd) && !SkipsMilters(service));

    /// <summary>Why chrooted services do not find a socket, and what mends it; null where they do.</summary>
    public string? FindProblem(string path)
    {
        var blind = BlindFor(path).ToArray();
        if (blind.Length == 0)
            return null;
        var below = Path.Combine(QueueDirectory, "filterhost", Path.GetFileName(path));
        return $"{path} cannot be reached by Postfix's {string.Join(", ", blind.Select(service => $"{service.Name} ({service.Command})"))}, which run in the chroot {QueueDirectory} (master.cf, fifth column). "
            + $"Put the socket below it, socket = \"unix:{below}\", or take the services out: postconf -F {string.Join(' ', blind.Select(service => $"{service.Title}/chroot=n"))}";
    }

    // A folder bound into the chroot shows the same socket at the same path; a symbolic link leads out of the chroot only for those who are not in it.
    private bool IsMountedInChroot(string path)
    {
        var within = QueueDirectory.TrimEnd('/') + path;
        for (var folder = Path.GetDirectoryName(within)!; folder.Length > QueueDirectory.Length; folder = Path.GetDirectoryName(folder)!)
        {
            if (new DirectoryInfo(folder).LinkTarget is not null)
                return false;
        }
        return UnixFileStatus.Of(path) is { IsSocket: true } outside && UnixFileStatus.Of(within) is { IsSocket: true } inside && outside.Inode == inside.Inode;
    }

    private static PostfixConfiguration Without(string absence) => new(Defaults, [], absence);

    // RELEASE_NOTES of Postfix 3.0: a dash in the column meant yes, and does so still where compatibility_level is 0.
    private static bool IsChrootDefault(string compatibilityLevel) =>
        int.TryParse(compatibilityLevel.Split('.')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var level) && level < 1;

    private static Dictionary<string, string> Assignments(string output)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Split('=', 2, StringSplitOptions.TrimEntries) is [var name, var value])
                values[name] = value;
        }
        return values;
    }

    // master(5): service, type, private, unprivileged, chroot, wakeup, limit, command; postconf prints options below, indented.
    private static IEnumerable<PostfixService> ServicesOf(string output, Dictionary<string, string> options, bool isChrootDefault)
    {
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i].Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries) is not [var name, var type, _, _, var chroot, _, _, var command, ..] || char.IsWhiteSpace(lines[i][0]))
                continue;
            string[] entry = [lines[i], .. lines.Skip(i + 1).TakeWhile(line => char.IsWhiteSpace(line[0]))];
            var prefix = $"{name}/{type}/";
            var own = options.Where(option => option.Key.StartsWith(prefix, StringComparison.Ordinal))
                .ToDictionary(option => option.Key[prefix.Length..], option => option.Value, StringComparer.Ordinal);
            yield return new PostfixService(name, type, chroot == "y" || (chroot == "-" && isChrootDefault), command, entry, own);
        }
    }

    private static async Task<(bool IsGood, string Output, string Errors)?> RunAsync(string[] arguments, CancellationToken cancellationToken)
    {
        foreach (var program in Programs)
        {
            try
            {
                using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
                process.StandardInput.Close();
                var errors = process.StandardError.ReadToEndAsync(cancellationToken);
                var output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
                await process.WaitForExitAsync(cancellationToken);
                return (process.ExitCode == 0, output, (await errors).Trim());
            }
            catch (Win32Exception)
            {
                // Not there; perhaps at the next place.
            }
        }
        return null;
    }
}
