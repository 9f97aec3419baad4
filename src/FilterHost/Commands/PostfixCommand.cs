using System.CommandLine;
using System.Text.Json;
using FilterHost.Checks;
using FilterHost.Hosting.Configuration;

namespace FilterHost.Commands;

/// <summary><c>filterhost postfix</c>: the lines for main.cf and master.cf.</summary>
internal static class PostfixCommand
{
    /// <summary>For the commands that look at Postfix.</summary>
    public static Option<string?> Folder { get; } = new("--postfix-config") { Description = "The folder of Postfix's main.cf and master.cf, as for postconf -c. Default: Postfix's own." };

    public static Command Create()
    {
        var command = new Command("postfix", "Print the lines for Postfix's main.cf and master.cf that send mail through the listeners. They fail closed, but for listeners that only observe.") { Folder };
        command.SetAction(PrintAsync);
        return command;
    }

    private static async Task<int> PrintAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        await using var preparation = await Preparation.CreateAsync(arguments, cancellationToken, runsChecks: false);
        preparation.PrintProblems();
        if (preparation is not { Generation: { } generation, Settings: { } settings })
            return ExitCode.Configuration;
        var postfix = await PostfixConfiguration.ReadAsync(arguments.GetValue(Folder), cancellationToken);
        var ours = OwnMilter.Of(generation.Listeners);
        var plan = new PostfixPlan(postfix, ours, settings.Host);
        var remarks = PostfixRemarks.Of(postfix, plan, ours).ToArray();
        if (arguments.GetValue(CommandLine.Json))
            PrintJson(postfix, plan, remarks);
        else
            PrintText(postfix, plan, remarks);
        return ExitCode.Ok;
    }

    private static void PrintText(PostfixConfiguration postfix, PostfixPlan plan, string[] remarks)
    {
        Console.WriteLine(postfix.IsPresent
            ? $"# For Postfix {postfix["mail_version"]} in {postfix["config_directory"]}. What is marked \"right already\" is so there now."
            : $"# Postfix was not found ({postfix.Absence}), so these lines suit its defaults.");
        foreach (var remark in remarks)
            Console.WriteLine($"# Note: {remark}");
        Console.WriteLine();
        Console.WriteLine("# main.cf, in place of lines for the same parameters:");
        foreach (var line in plan.MainLines)
            Console.WriteLine($"# {(line.IsRight ? "Right already. " : "")}{line.Why}\n{line.Name} = {line.Value}".TrimEnd());
        foreach (var timeout in plan.LongEnough)
            Console.WriteLine($"# {timeout.Parameter} = {postfix[timeout.Parameter]} is long enough for {timeout.Setting} ({Duration.Format(timeout.Budget)}).");
        if (plan.MasterEntries.Count > 0)
            Console.WriteLine("\n# master.cf, in place of the entries of these services:");
        foreach (var (service, lines) in plan.MasterEntries)
            Console.WriteLine($"{string.Join('\n', lines.Select(line => $"# {line.Why}"))}\n{string.Join('\n', service.EntryWith(lines))}");
    }

    private static void PrintJson(PostfixConfiguration postfix, PostfixPlan plan, string[] remarks) => JsonOutput.Write(writer =>
    {
        writer.WriteBoolean("postfix_found", postfix.IsPresent);
        if (postfix.IsPresent)
        {
            writer.WriteString("postfix_version", postfix["mail_version"]);
            writer.WriteString("postfix_folder", postfix["config_directory"]);
        }
        else
        {
            writer.WriteString("postfix_absence", postfix.Absence);
        }
        writer.WriteStartArray("main_cf");
        foreach (var line in plan.MainLines)
            Write(writer, line);
        writer.WriteEndArray();
        writer.WriteStartArray("master_cf");
        foreach (var (service, lines) in plan.MasterEntries)
            Write(writer, service, lines);
        writer.WriteEndArray();
        writer.WriteTexts("kept_milters", plan.Kept);
        writer.WriteTexts("remarks", remarks);
    });

    private static void Write(Utf8JsonWriter writer, PostfixService service, PostfixLine[] lines)
    {
        writer.WriteStartObject();
        writer.WriteString("service", service.Title);
        writer.WriteString("entry", string.Join('\n', service.EntryWith(lines)));
        writer.WriteStartArray("options");
        foreach (var line in lines)
            Write(writer, line);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, PostfixLine line)
    {
        writer.WriteStartObject();
        writer.WriteString("name", line.Name);
        writer.WriteString("value", line.Value);
        writer.WriteString("present", line.Present);
        writer.WriteBoolean("right", line.IsRight);
        writer.WriteString("why", line.Why);
        writer.WriteEndObject();
    }
}
