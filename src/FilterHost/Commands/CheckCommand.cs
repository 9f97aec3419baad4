using System.CommandLine;
using FilterHost.Checks;
using FilterHost.Hosting.Generations;

namespace FilterHost.Commands;

/// <summary><c>filterhost check</c>: everything that is wrong, at once, without listening.</summary>
internal static class CheckCommand
{
    private static readonly Option<string> MtaUser = new("--mta-user")
    {
        Description = "The user that the MTA connects to Unix sockets as.",
        DefaultValueFactory = _ => "postfix",
    };

    private static readonly Option<bool> NoDns = new("--no-dns") { Description = "Do not compare the keys with their records in DNS." };

    public static Command Create()
    {
        var command = new Command("check", "Check settings, plugins, order of filters, sockets, keys and their records in DNS, and print everything that is wrong.") { MtaUser, NoDns };
        command.SetAction(CheckAsync);
        return command;
    }

    private static async Task<int> CheckAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        await using var preparation = await Preparation.CreateAsync(arguments, cancellationToken);
        var remarks = new List<string?> { CheckSockets(arguments, preparation), await CheckKeysAsync(arguments, preparation, cancellationToken) };
        var isGood = preparation.Generation is not null && !preparation.Problems.HasErrors && !preparation.Problems.HasDefects;
        if (arguments.GetValue(CommandLine.Json))
        {
            JsonOutput.Write(writer =>
            {
                writer.WriteBoolean("ok", isGood);
                writer.WritePropertyName("problems");
                writer.WriteRawValue(preparation.Problems.ToJson());
                writer.WriteStartArray("remarks");
                foreach (var remark in remarks.OfType<string>())
                    writer.WriteStringValue(remark);
                writer.WriteEndArray();
            });
        }
        else
        {
            preparation.PrintProblems();
            foreach (var listener in preparation.Generation?.Listeners ?? [])
                PrintListener(listener);
            foreach (var remark in remarks.OfType<string>())
                Console.WriteLine(remark);
            if (isGood)
                Console.WriteLine($"{preparation.Settings!.Files[0]}: good");
        }
        return isGood ? ExitCode.Ok : ExitCode.Configuration;
    }

    private static string? CheckSockets(ParseResult arguments, Preparation preparation)
    {
        if (preparation.Settings is not { } settings)
            return null;
        SocketCheck.Run(settings, preparation.Problems);
        if (UnixUser.Find(arguments.GetValue(MtaUser)!) is { } mta)
            MtaAccessCheck.Run(settings, mta, PostfixInstallation.Read(), preparation.Problems);
        else if (settings.Listeners.Any(listener => listener.Address?.Path is not null))
            return $"there is no user {arguments.GetValue(MtaUser)}, so it was not checked whether the MTA can connect to Unix sockets; name it with --mta-user";
        return null;
    }

    private static async Task<string?> CheckKeysAsync(ParseResult arguments, Preparation preparation, CancellationToken cancellationToken)
    {
        if (arguments.GetValue(NoDns))
            return "keys were not compared with DNS (--no-dns)";
        return preparation.Generation is { } generation
            ? await PublishedKeyCheck.RunAsync(generation, preparation.Settings!, preparation.Problems, cancellationToken)
            : "keys were not compared with DNS, since the errors come first";
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
