using System.CommandLine;
using FilterHost.Checks;
using FilterHost.Hosting.Configuration;
using FilterHost.Hosting.Server;

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
        var command = new Command("check", "Check settings, plugins, order of filters, sockets, Postfix's files, keys and their records in DNS, and print everything that is wrong and what the host asks of the MTA.") { MtaUser, NoDns, PostfixCommand.Folder };
        command.SetAction(CheckAsync);
        return command;
    }

    private static async Task<int> CheckAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        await using var preparation = Preparation.ReadSettings(arguments);
        var remarks = new List<string?>();
        var folder = arguments.GetValue(PostfixCommand.Folder);
        var postfix = await PostfixConfiguration.ReadAsync(folder, cancellationToken);
        // Who has no Postfix needs to hear nothing of it, unless it was asked for.
        if (folder is not null && !postfix.IsPresent)
            remarks.Add($"Postfix's files were not checked: {postfix.Absence}");
        // The sockets with the eyes of who makes them, the keys with those of who reads them.
        CheckSockets(arguments, preparation, postfix, remarks);
        await preparation.BuildAsync(cancellationToken);
        // Who signs or quarantines is known of plugins that are loaded.
        if (preparation.Generation is { } generation)
            PostfixCheck.Run(postfix, OwnMilter.Of(generation.Listeners), preparation.Settings!, preparation.Problems);
        remarks.Add(await CheckKeysAsync(arguments, preparation, cancellationToken));
        var listeners = (preparation.Generation?.Listeners ?? []).Select(listener => new ListenerReport(listener)).ToArray();
        var isGood = preparation.Generation is not null && !preparation.Problems.HasErrors && !preparation.Problems.HasDefects;
        if (arguments.GetValue(CommandLine.Json))
        {
            JsonOutput.Write(writer =>
            {
                writer.WriteBoolean("ok", isGood);
                writer.WritePropertyName("problems");
                writer.WriteRawValue(preparation.Problems.ToJson());
                writer.WriteStartArray("listeners");
                foreach (var listener in listeners)
                    listener.Write(writer);
                writer.WriteEndArray();
                writer.WriteTexts("remarks", remarks.OfType<string>());
            });
        }
        else
        {
            preparation.PrintProblems();
            foreach (var listener in listeners)
                listener.Print();
            foreach (var remark in remarks.OfType<string>())
                Console.WriteLine(remark);
            if (isGood)
                Console.WriteLine($"{preparation.Settings!.Files[0]}: good");
        }
        return isGood ? ExitCode.Ok : ExitCode.Configuration;
    }

    private static void CheckSockets(ParseResult arguments, Preparation preparation, PostfixConfiguration postfix, List<string?> remarks)
    {
        if (preparation.Settings is not { } settings)
            return;
        SocketCheck.Run(settings, preparation.Problems);
        if (UnixUser.Find(arguments.GetValue(MtaUser)!) is { } mta)
            MtaAccessCheck.Run(settings, mta, ServiceUser.Find(settings, new ProblemList()), postfix, preparation.Problems);
        else if (settings.Listeners.Any(listener => listener.Address?.Path is not null))
            remarks.Add($"there is no user {arguments.GetValue(MtaUser)}, so it was not checked whether the MTA can connect to Unix sockets; name it with --mta-user");
    }

    private static async Task<string?> CheckKeysAsync(ParseResult arguments, Preparation preparation, CancellationToken cancellationToken)
    {
        if (arguments.GetValue(NoDns))
            return "keys were not compared with DNS (--no-dns)";
        return preparation.Generation is { } generation
            ? await PublishedKeyCheck.RunAsync(generation, preparation.Settings!, preparation.Problems, cancellationToken)
            : "keys were not compared with DNS, since the errors come first";
    }
}
