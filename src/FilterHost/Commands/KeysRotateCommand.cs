using System.CommandLine;
using FilterHost.Checks;
using FilterHost.Hosting.Configuration;
using FilterHost.Hosting.Plugins;
using FilterHost.MailAuth.Dkim;

namespace FilterHost.Commands;

/// <summary><c>filterhost keys rotate</c>: the next step of a rotation each time that it is run.</summary>
internal static class KeysRotateCommand
{
    private static readonly Option<string> Domain = new("--domain", "-d") { Description = "The signing domain whose keys are rotated.", Required = true };
    private static readonly Option<string?> Selector = new("--selector", "-s") { Description = "The next selector; the Ed25519 key's is the same with -ed25519 where there is an RSA key too. Default: the day, such as 20261124." };
    private static readonly Option<string> Keep = new("--keep") { Description = "How long the record of a retired key stays in DNS, since mail that it signed is under way.", DefaultValueFactory = _ => "7d" };
    private static readonly Option<string?> Every = new("--every") { Description = "Begin no rotation before the keys have signed for this long, such as 90d; for cron. Default: begin now." };

    public static Command Create()
    {
        var command = new Command(
            "rotate",
            "Do the next step of a rotation, and say what comes next: make the next keys; once DNS shows their records let them sign and retire the old ones; tell when the old records may go. Fit for cron: 75 while DNS does not show the records, and nothing is changed then.")
        {
            KeyStores.Store, Domain, Selector, KeysGenerateCommand.Bits, Keep, Every, NameServices.ZoneFile, NameServices.Servers,
        };
        KeyRecordOptions.AddTo(command);
        command.SetAction((arguments, token) => KeyStores.WithOneAsync(arguments, (preparation, store) => RotateAsync(arguments, preparation, store, token), token));
        return command;
    }

    private static async Task<int> RotateAsync(ParseResult arguments, Preparation preparation, PluginInstance store, CancellationToken token)
    {
        if (KeyRecordOptions.TagsOf(arguments) is not { } tags || PlanOf(arguments, store) is not { } plan)
            return ExitCode.Usage;
        await using var names = await NameServices.OpenAsync(arguments, preparation, token);
        if (names is null)
            return ExitCode.Configuration;
        var step = await new KeyRotation(plan, KeyStores.AdministrationOf(store), new PublishedKeyLookup(names.Resolvers), TimeProvider.System).NextAsync(token);
        if (arguments.GetValue(CommandLine.Json))
            PrintJson(step, tags);
        else
            Print(arguments, step, tags);
        return step.Kind switch
        {
            RotationStepKind.Waiting => ExitCode.Temporary,
            RotationStepKind.Stuck => ExitCode.Data,
            _ => ExitCode.Ok,
        };
    }

    private static RotationPlan? PlanOf(ParseResult arguments, PluginInstance store)
    {
        if (!KeySelection.TryParseDomain(arguments.GetValue(Domain), out var domain)
            || !TryParseDuration(arguments.GetValue(Keep), out var keep)
            || !TryParseDuration(arguments.GetValue(Every), out var every)
            || !KeysGenerateCommand.AreBitsGood(arguments.GetValue(KeysGenerateCommand.Bits)))
            return null;
        return new RotationPlan
        {
            Domain = domain!,
            Store = store,
            Selector = arguments.GetValue(Selector),
            RsaBits = arguments.GetValue(KeysGenerateCommand.Bits),
            Keep = keep!.Value,
            Every = every,
        };
    }

    private static bool TryParseDuration(string? text, out TimeSpan? duration)
    {
        duration = null;
        if (text is null)
            return true;
        // Beyond a century a date could not be told.
        if (Duration.TryParse(text, out var parsed) && parsed < TimeSpan.FromDays(36_500))
        {
            duration = parsed;
            return true;
        }
        Console.Error.WriteLine($"filterhost: '{text}' is no duration, such as 7d or 12h");
        return false;
    }

    private static void Print(ParseResult arguments, RotationStep step, KeyRecordTags tags)
    {
        // The records alone on standard output, so that they can be piped to where they belong.
        foreach (var text in step.Done)
            Console.Error.WriteLine($"filterhost: {text}");
        KeyOutput.PrintRecords(arguments, step.ToPublish, tags);
        Console.Error.WriteLine($"filterhost: {step.Next}");
    }

    private static void PrintJson(RotationStep step, KeyRecordTags tags) => JsonOutput.Write(writer =>
    {
        writer.WriteString("step", SettingKey.InSnakeCase(step.Kind.ToString()));
        writer.WriteTexts("done", step.Done);
        writer.WriteString("next", step.Next);
        writer.WriteStartArray("publish");
        foreach (var key in step.ToPublish)
        {
            writer.WriteStartObject();
            KeyOutput.Write(writer, key, tags);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    });
}
