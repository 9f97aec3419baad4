using System.CommandLine;
using FilterHost.Hosting.Generations;

namespace FilterHost.Commands;

/// <summary><c>filterhost check</c>: everything that is wrong, at once, without listening.</summary>
internal static class CheckCommand
{
    public static Command Create()
    {
        var command = new Command("check", "Check settings, plugins, order of filters and keys, and print everything that is wrong.");
        command.SetAction(CheckAsync);
        return command;
    }

    private static async Task<int> CheckAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        await using var preparation = await Preparation.CreateAsync(arguments, cancellationToken);
        var isGood = preparation.Generation is not null && !preparation.Problems.HasErrors && !preparation.Problems.HasDefects;
        if (arguments.GetValue(CommandLine.Json))
        {
            JsonOutput.Write(writer =>
            {
                writer.WriteBoolean("ok", isGood);
                writer.WritePropertyName("problems");
                writer.WriteRawValue(preparation.Problems.ToJson());
            });
        }
        else
        {
            preparation.PrintProblems();
            foreach (var listener in preparation.Generation?.Listeners ?? [])
                PrintListener(listener);
            if (isGood)
                Console.WriteLine($"{preparation.Settings!.Files[0]}: good");
        }
        return isGood ? ExitCode.Ok : ExitCode.Configuration;
    }

    private static void PrintListener(ListenerPlan listener)
    {
        Console.WriteLine($"{listener.Listener.Socket}");
        foreach (var member in listener.Pipeline.ConnectionMembers)
            Console.WriteLine($"  {member.Guard.Name} (connection), on error {Words.Of(member.Guard.OnError)}");
        foreach (var member in listener.Pipeline.Members)
        {
            var publishes = member.Traits.Publishes.Count == 0 ? "" : $", publishes {string.Join(", ", member.Traits.Publishes)}";
            Console.WriteLine($"  {member.Name} ({member.Instance.Plugin}){publishes}, on error {Words.Of(member.Guard.OnError)}");
        }
    }
}
