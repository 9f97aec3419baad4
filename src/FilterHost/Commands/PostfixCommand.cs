using System.CommandLine;
using System.Globalization;
using System.Net.Sockets;
using FilterHost.Checks;
using FilterHost.Hosting.Configuration;
using FilterHost.Milter;

namespace FilterHost.Commands;

/// <summary><c>filterhost postfix</c>: the lines for main.cf.</summary>
internal static class PostfixCommand
{
    public static Command Create()
    {
        var command = new Command("postfix", "Print the lines for Postfix's main.cf that send mail through the listeners. They always fail closed.");
        command.SetAction(Print);
        return command;
    }

    private static int Print(ParseResult arguments)
    {
        var preparation = Preparation.ReadSettings(arguments);
        preparation.PrintProblems();
        if (preparation.Settings is not { } settings || preparation.Problems.HasErrors)
            return ExitCode.Configuration;
        var postfix = PostfixInstallation.Read();
        var addresses = settings.Listeners.Select(listener => listener.Address).OfType<MilterAddress>().ToArray();
        var lines = Lines(settings, [.. addresses.Select(address => ToPostfix(address, postfix))]);
        var remarks = addresses.Select(address => Remark(address, postfix)).OfType<string>().ToArray();
        if (arguments.GetValue(CommandLine.Json))
            PrintJson(lines, remarks);
        else
            PrintText(lines, remarks);
        return ExitCode.Ok;
    }

    private static void PrintText((string Name, string Value)[] lines, string[] remarks)
    {
        foreach (var remark in remarks)
            Console.WriteLine($"# {remark}");
        foreach (var (name, value) in lines)
            Console.WriteLine($"{name} = {value}");
    }

    private static void PrintJson((string Name, string Value)[] lines, string[] remarks) => JsonOutput.Write(writer =>
    {
        foreach (var (name, value) in lines)
            writer.WriteString(name, value);
        writer.WriteStartArray("remarks");
        foreach (var remark in remarks)
            writer.WriteStringValue(remark);
        writer.WriteEndArray();
    });

    // Postfix writes host and port the other way round, IPv6 addresses in brackets, and a path below its queue directory without that directory, which is right in a chroot and outside.
    private static string ToPostfix(MilterAddress address, PostfixInstallation postfix)
    {
        if (address.Path is { } path)
            return $"unix:{postfix.BelowQueueDirectory(path) ?? path}";
        var isVersion6 = address.Family == AddressFamily.InterNetworkV6;
        var host = IsThisMachine(address) ? (isVersion6 ? "::1" : "127.0.0.1") : address.Host;
        return host.Contains(':', StringComparison.Ordinal)
            ? string.Create(CultureInfo.InvariantCulture, $"inet:[{host}]:{address.Port}")
            : string.Create(CultureInfo.InvariantCulture, $"inet:{host}:{address.Port}");
    }

    // The listener of all addresses is reached at the loopback one.
    private static bool IsThisMachine(MilterAddress address) => address.Host is "" or "localhost" or "0.0.0.0" or "::";

    private static string? Remark(MilterAddress address, PostfixInstallation postfix) => address.Path switch
    {
        null => IsThisMachine(address) && !address.IsLoopback ? $"{address} listens at every address; for Postfix on another machine write the address of this one." : null,
        { } path when postfix.FindProblem(path) is { } problem => problem,
        { } path when postfix.BelowQueueDirectory(path) is null => $"{path}: where smtpd or cleanup runs in a chroot (fifth column of master.cf; Debian's default for smtpd), the socket must be below {postfix.QueueDirectory}.",
        _ => null,
    };

    private static (string Name, string Value)[] Lines(LoadedSettings settings, string[] sockets) =>
    [
        ("smtpd_milters", string.Join(", ", sockets)),
        ("non_smtpd_milters", string.Join(", ", sockets)),
        ("milter_protocol", "6"),
        // With the filter away mail waits; "accept" would let it pass unsigned and unchecked.
        ("milter_default_action", "tempfail"),
        // Postfix must wait longer than the host's own budgets, which answer first.
        ("milter_command_timeout", Seconds(settings.Host.CommandBudget, 30)),
        ("milter_content_timeout", Seconds(settings.Host.EndOfMessageBudget, 300)),
    ];

    private static string Seconds(TimeSpan budget, int atLeast) => $"{Math.Max(atLeast, (int)(budget.TotalSeconds * 1.25))}s";
}
