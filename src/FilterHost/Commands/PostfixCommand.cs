using System.CommandLine;
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
        var sockets = settings.Listeners.Select(listener => ToPostfix(listener.Socket)).ToArray();
        var lines = Lines(settings, sockets);
        if (arguments.GetValue(CommandLine.Json))
            JsonOutput.Write(writer =>
            {
                foreach (var (name, value) in lines)
                    writer.WriteString(name, value);
            });
        else
            foreach (var (name, value) in lines)
                Console.WriteLine($"{name} = {value}");
        return ExitCode.Ok;
    }

    // Postfix writes host and port the other way round.
    private static string ToPostfix(string socket)
    {
        if (!MilterAddress.TryParse(socket, out var address, out _))
            throw new InvalidOperationException($"{socket} was checked before");
        return address.Path is { } path ? $"unix:{path}" : $"inet:{(address.Host == "localhost" ? "127.0.0.1" : address.Host)}:{address.Port}";
    }

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
