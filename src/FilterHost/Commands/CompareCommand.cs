using System.CommandLine;
using System.Text.Json;
using FilterHost.Observation;

namespace FilterHost.Commands;

/// <summary><c>filterhost compare LOG</c>: where FilterHost, observing, and the daemon in front of it differed.</summary>
internal static class CompareCommand
{
    private static readonly Argument<string[]> Logs = new("log") { Description = "Logs with the lines of listeners that observe, whatever stands before the queue id; .gz too. - is standard input, and so is none.", Arity = ArgumentArity.ZeroOrMore };
    private static readonly Option<string[]> AuthservIds = new("--authserv-id") { Description = "The id in Authentication-Results of a daemon in front; may be given again. Default: the one that most of the first 1000 messages have in their topmost field." };
    private static readonly Option<bool> All = new("--all") { Description = "Print every difference, in the order of the log, before the summary." };

    public static Command Create()
    {
        var command = new Command("compare", "List where the listeners that observe and the daemon in front of them differed, from the log. Exit code 65 if something differs.") { Logs, AuthservIds, All };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult arguments)
    {
        if (!arguments.GetValue(CommandLine.Json))
        {
            using var output = new StreamWriter(Console.OpenStandardOutput());
            return Run(arguments, (queueId, difference) => ComparisonText.WriteOne(output, queueId, difference), comparison => ComparisonText.Write(output, comparison));
        }
        var code = ExitCode.Ok;
        JsonOutput.Write(writer => code = RunJson(arguments, writer));
        return code;
    }

    private static int RunJson(ParseResult arguments, Utf8JsonWriter writer)
    {
        if (arguments.GetValue(All))
            writer.WriteStartArray("differences");
        return Run(arguments, (queueId, difference) => ComparisonJson.WriteOne(writer, queueId, difference), comparison =>
        {
            if (arguments.GetValue(All))
                writer.WriteEndArray();
            ComparisonJson.Write(writer, comparison);
        });
    }

    private static int Run(ParseResult arguments, Action<string?, Difference> writeOne, Action<LogComparison> write)
    {
        var comparison = new LogComparison(arguments.GetValue(AuthservIds) ?? [], arguments.GetValue(All) ? writeOne : null);
        var logs = arguments.GetValue(Logs) is { Length: > 0 } named ? named : ["-"];
        // All are read: what the others say is worth having.
        var areRead = logs.Count(log => TryRead(comparison, log)) == logs.Length;
        comparison.Finish();
        write(comparison);
        if (comparison.Messages + comparison.Passed == 0)
            Console.Error.WriteLine("filterhost: there is no line of a listener that observes; see observe in [[listener]], and log_level");
        return !areRead || comparison.Messages + comparison.Passed == 0 ? ExitCode.NoInput : comparison.IsEqual ? ExitCode.Ok : ExitCode.Data;
    }

    private static bool TryRead(LogComparison comparison, string log)
    {
        try
        {
            using var stream = LogLines.Open(log);
            comparison.Read(stream, log);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            Console.Error.WriteLine($"filterhost: {log}: {exception.Message}");
            return false;
        }
    }
}
