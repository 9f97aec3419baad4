using System.CommandLine;
using FilterHost.Dns;
using FilterHost.MailAuth.Dkim;

namespace FilterHost.Commands;

/// <summary><c>filterhost filter --verify</c>, in place of opendkim-testmsg: verifies the signatures of messages, without settings.</summary>
internal static class FilterVerification
{
    public static Option<bool> Verify { get; } = new("--verify")
    {
        Description = "Verify the signatures of messages and print a line for each. 0 if every message has one that passes; 75 if one may yet, since DNS does not answer; else 65.",
    };

    public static void AddTo(Command command)
    {
        foreach (var option in new Option[] { Verify, NameServices.ZoneFile, NameServices.Servers })
            command.Add(option);
    }

    public static async Task<int> RunAsync(ParseResult arguments, IReadOnlyList<string> paths, TimeProvider time, CancellationToken cancellationToken)
    {
        if (arguments.GetValue(NameServices.Servers) is { Length: > 1 })
        {
            Console.Error.WriteLine("filterhost: --verify asks one name server");
            return ExitCode.Usage;
        }
        if (MessageFile.ReadAll(paths) is not { } messages)
            return ExitCode.NoInput;
        await using var preparation = Preparation.ReadSettingsIfAny(arguments);
        await using var names = await NameServices.OpenAsync(arguments, preparation, cancellationToken);
        if (names is null)
            return ExitCode.Configuration;
        var results = new List<(MessageFile Message, IReadOnlyList<DkimSignatureResult> Results)>();
        foreach (var message in messages)
            results.Add((message, await VerifyAsync(message, names.Resolvers[0], time, cancellationToken)));
        Print(arguments, results);
        return CodeOf(results.Select(static result => result.Results));
    }

    private static async Task<IReadOnlyList<DkimSignatureResult>> VerifyAsync(MessageFile message, IDnsResolver resolver, TimeProvider time, CancellationToken cancellationToken)
    {
        using var verifier = new DkimVerifier(message.Header, new DkimVerificationOptions(), new PublicKeyCache(), time);
        verifier.AppendBody(message.Body.Span);
        return await verifier.FinishAsync(resolver, cancellationToken);
    }

    // RFC 6376 §6.1: a verifier goes on until a signature verifies; what others say then does not count.
    private static int CodeOf(IEnumerable<IReadOnlyList<DkimSignatureResult>> messages)
    {
        var failed = messages.Where(static results => results.All(static result => result.Outcome != DkimOutcome.Pass)).ToArray();
        return failed.Length == 0 ? ExitCode.Ok
            : failed.All(static results => results.Any(static result => result.Outcome == DkimOutcome.TempError)) ? ExitCode.Temporary
            : ExitCode.Data;
    }

    private static void Print(ParseResult arguments, List<(MessageFile Message, IReadOnlyList<DkimSignatureResult> Results)> messages)
    {
        if (arguments.GetValue(CommandLine.Json))
        {
            PrintJson(messages);
            return;
        }
        foreach (var (message, results) in messages)
            foreach (var result in results)
                Console.WriteLine(messages.Count == 1 ? ResultText.Of(result) : $"{message.Path}: {ResultText.Of(result)}");
    }

    private static void PrintJson(List<(MessageFile Message, IReadOnlyList<DkimSignatureResult> Results)> messages) => JsonOutput.Write(writer =>
    {
        writer.WriteStartArray("messages");
        foreach (var (message, results) in messages)
        {
            writer.WriteStartObject();
            writer.WriteString("file", message.Path);
            writer.WriteTexts("results", results.Select(ResultText.Of));
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    });
}
