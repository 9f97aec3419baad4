using System.CommandLine;
using System.Net.Sockets;
using System.Text.Json;
using FilterHost.Hosting.Configuration;
using FilterHost.Hosting.Server;

namespace FilterHost.Commands;

/// <summary><c>filterhost reload</c>: the running host reads its settings anew.</summary>
internal static class ReloadCommand
{
    public static Command Create()
    {
        var command = new Command("reload", "Have the running host read settings, tables, keys and plugins anew. Where anything is wrong it goes on as before, and the exit code is 78.");
        command.SetAction(ReloadAsync);
        return command;
    }

    /// <summary>Asks the running host to reload and prints its report.</summary>
    public static async Task<int> ReloadAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        await using var preparation = Preparation.ReadSettings(arguments);
        if (preparation.Settings is not { } settings)
        {
            preparation.PrintProblems();
            return ExitCode.Configuration;
        }
        var path = settings.Host.ControlSocketPath;
        try
        {
            return Print(arguments, await ControlSocket.AskAsync(path, "reload", cancellationToken));
        }
        catch (Exception exception) when (exception is SocketException or IOException)
        {
            // The class library says of a file that is not there that its address cannot be assigned.
            var why = File.Exists(path) ? exception.Message : "there is no such socket";
            Console.Error.WriteLine($"filterhost: no host answers at {path}: {why}; it runs with this settings file, and this is its user or root? SIGHUP makes it reload, too");
            return ExitCode.Temporary;
        }
    }

    private static int Print(ParseResult arguments, string answer)
    {
        if (answer.Length == 0)
            throw new IOException("it ended the connection");
        using var report = JsonDocument.Parse(answer);
        var isApplied = report.RootElement.GetProperty("applied").GetBoolean();
        if (arguments.GetValue(CommandLine.Json))
        {
            Console.WriteLine(answer);
            return isApplied ? ExitCode.Ok : ExitCode.Configuration;
        }
        foreach (var problem in report.RootElement.GetProperty("problems").EnumerateArray())
            Console.Error.WriteLine($"filterhost: {ProblemOf(problem)}");
        var changes = report.RootElement.GetProperty("changes").EnumerateArray().Select(change => change.GetString()).ToArray();
        foreach (var change in changes)
            Console.WriteLine(change);
        if (!isApplied)
            Console.Error.WriteLine("filterhost: reload refused: the settings before stay in force");
        else if (changes.Length == 0)
            Console.WriteLine("reloaded: nothing has changed");
        return isApplied ? ExitCode.Ok : ExitCode.Configuration;
    }

    private static Problem ProblemOf(JsonElement problem) => new(
        Enum.Parse<ProblemSeverity>(problem.GetProperty("severity").GetString()!, ignoreCase: true),
        problem.GetProperty("text").GetString()!,
        problem.TryGetProperty("file", out var file)
            ? new SettingLocation(file.GetString()!, problem.GetProperty("line").GetInt32(), problem.GetProperty("column").GetInt32(), problem.GetProperty("key").GetString()!)
            : null);
}
