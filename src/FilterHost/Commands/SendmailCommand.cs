using System.CommandLine;
using System.Globalization;
using System.Net.Sockets;
using FilterHost.Checks;
using FilterHost.Hosting.Configuration;
using FilterHost.Hosting.Generations;
using FilterHost.Milter;

namespace FilterHost.Commands;

/// <summary><c>filterhost sendmail</c>: the lines for sendmail.mc.</summary>
internal static class SendmailCommand
{
    // Sendmail's README of its cf folder: these hold for T= that names none.
    private static readonly TimeSpan UsualReply = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan UsualEnd = TimeSpan.FromMinutes(5);

    // cf/m4/cfhead.m4 has macros for these stages; the others have none.
    private static readonly HashSet<MacroStage> StagesWithDefaults = [MacroStage.Connect, MacroStage.Helo, MacroStage.Mail, MacroStage.Recipient, MacroStage.EndOfMessage];

    public static Command Create()
    {
        var command = new Command("sendmail", "Print the lines for Sendmail's sendmail.mc that send mail through the listeners. They fail closed, but for listeners that only observe.");
        command.SetAction(PrintAsync);
        return command;
    }

    private static async Task<int> PrintAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        await using var preparation = await Preparation.CreateAsync(arguments, cancellationToken, runsChecks: false);
        preparation.PrintProblems();
        if (preparation is not { Generation: { } generation, Settings: { } settings })
            return ExitCode.Configuration;
        var ours = OwnMilter.Of(generation.Listeners);
        var filters = ours.Select((own, index) => FilterLine(own, index, settings.Host)).ToArray();
        var macros = MacroLines(generation.Listeners).ToArray();
        var remarks = Remarks(ours).ToArray();
        if (arguments.GetValue(CommandLine.Json))
            PrintJson(filters, macros, remarks);
        else
            PrintText(filters, macros, remarks);
        return ExitCode.Ok;
    }

    private static void PrintText(string[] filters, string[] macros, string[] remarks)
    {
        Console.WriteLine("dnl For sendmail.mc, before the MAILER lines. Sendmail calls the filters in the order of these lines, after those that stand above.");
        foreach (var remark in remarks)
            Console.WriteLine($"dnl Note: {remark}");
        Console.WriteLine("dnl F=T: with the host away mail waits; without it mail would pass unsigned and unchecked.");
        foreach (var filter in filters)
            Console.WriteLine(filter);
        if (macros.Length > 0)
            Console.WriteLine("dnl Macros that filters ask for beyond the usual ones. Sendmail sends them on request since 8.14; these lines are for those before.");
        foreach (var macro in macros)
            Console.WriteLine(macro);
    }

    private static void PrintJson(string[] filters, string[] macros, string[] remarks) => JsonOutput.Write(writer =>
    {
        writer.WriteTexts("input_mail_filters", filters);
        writer.WriteTexts("macros", macros);
        writer.WriteTexts("remarks", remarks);
    });

    private static string FilterLine(OwnMilter own, int index, HostSettings settings)
    {
        var name = index == 0 ? "filterhost" : string.Create(CultureInfo.InvariantCulture, $"filterhost{index + 1}");
        // R is for every reply, which at end of message comes in time since PROGRESS does; E is for the end of message as a whole, which PROGRESS does not lengthen.
        var reply = Duration.Format(Longer(UsualReply, MilterTimeout.WithMargin(settings.CommandBudget)));
        var end = Duration.Format(Longer(UsualEnd, MilterTimeout.WithMargin(settings.EndOfMessageBudget)));
        return $"INPUT_MAIL_FILTER(`{name}', `S={SocketOf(own.Address)}, {(own.Observes ? "" : "F=T, ")}T=S:30s;R:{reply};E:{end}')dnl";
    }

    private static string SocketOf(MilterAddress address)
    {
        if (address.Path is { } path)
            return $"local:{path}";
        var isVersion6 = address.Family == AddressFamily.InterNetworkV6;
        var host = address.Host is "" or "0.0.0.0" or "::" or "localhost" ? (isVersion6 ? "::1" : "127.0.0.1") : address.Host;
        return string.Create(CultureInfo.InvariantCulture, $"{(isVersion6 ? "inet6" : "inet")}:{address.Port}@{host}");
    }

    private static IEnumerable<string> MacroLines(IReadOnlyList<ListenerPlan> listeners) => listeners
        .SelectMany(plan => plan.Pipeline.MacroRequests)
        .GroupBy(request => request.Stage)
        .OrderBy(stage => stage.Key)
        .Select(stage => MacroLine($"confMILTER_MACROS_{MilterWords.Of(stage.Key)}", StagesWithDefaults.Contains(stage.Key), string.Join(", ", stage.SelectMany(request => request.Names).Distinct(StringComparer.Ordinal))));

    private static string MacroLine(string name, bool hasDefault, string macros) =>
        hasDefault ? $"define(`{name}', {name}`, {macros}')dnl" : $"define(`{name}', `i, {macros}')dnl";

    private static IEnumerable<string> Remarks(IReadOnlyList<OwnMilter> ours)
    {
        if (ours.Any(own => own.Address.Path is not null))
        {
            // Sendmail's milter.c asks safefile() before it connects.
            yield return "Sendmail takes a socket for unsafe, and so for away, if a folder above it can be written by group or others. It connects as root, or as the user of confRUN_AS_USER, who must then be in the socket's group: mode = \"0660\" and group in [[listener]].";
        }
        foreach (var own in ours.Where(own => own.Observes))
            yield return $"{own} only observes: its line has no F=T, so that mail goes on without it. It comes behind the filters that do the work.";
        foreach (var own in ours.Where(own => own.Address.Host is "" or "0.0.0.0" or "::"))
            yield return $"{own} listens at every address; for Sendmail on another machine write the address of this one.";
        if (ours.Any(own => own.Signs && !own.Observes && own.Address.Path is null && own.Address.IsLoopback))
            yield return "Every process of this machine can connect to a TCP port and have mail signed; a Unix socket keeps them out.";
    }

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;
}
