using System.CommandLine;
using System.Globalization;
using System.Net;
using FilterHost.Hosting.Pipeline;
using Microsoft.Extensions.Logging;

namespace FilterHost.Commands;

/// <summary><c>filterhost filter MESSAGE.eml</c>: one message through a pipeline, no socket; or signed or verified without settings.</summary>
internal static class FilterCommand
{
    private static readonly Argument<string[]> Messages = new("message") { Description = "The message's file; - is standard input. --sign and --verify take several, and standard input where none is named.", Arity = ArgumentArity.ZeroOrMore };
    private static readonly Option<string?> Listener = new("--listener") { Description = "The socket of the listener whose filters are run. Default: the first." };
    private static readonly Option<string> Client = new("--client") { Description = "The client's address.", DefaultValueFactory = _ => "127.0.0.1" };
    private static readonly Option<string> Helo = new("--helo") { Description = "The HELO name.", DefaultValueFactory = _ => "localhost" };
    private static readonly Option<string> From = new("--from") { Description = "The reverse-path.", DefaultValueFactory = _ => "<>" };
    private static readonly Option<string[]> Recipients = new("--rcpt") { Description = "A recipient; may be given again.", DefaultValueFactory = _ => ["<postmaster>"] };
    private static readonly Option<string?> User = new("--user") { Description = "The login of an authenticated client." };
    private static readonly Option<bool> MessageOnly = new("--message-only") { Description = "Print only the message as it would be delivered." };

    public static Command Create()
    {
        var command = new Command("filter", "Run one message through a pipeline and print verdict, edits, results and the message.")
        {
            Messages, Listener, Client, Helo, From, Recipients, User, MessageOnly, FixedTime.Option,
        };
        FilterSigning.AddTo(command);
        FilterVerification.AddTo(command);
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        if (FixedTime.Of(arguments) is not { } time)
            return ExitCode.Usage;
        var paths = arguments.GetValue(Messages) is { Length: > 0 } named ? named : ["-"];
        return (arguments.GetValue(FilterSigning.Sign), arguments.GetValue(FilterVerification.Verify)) switch
        {
            (true, true) => Refuse("--sign and --verify exclude each other"),
            (true, false) => await FilterSigning.RunAsync(arguments, paths, time, cancellationToken),
            (false, true) => await FilterVerification.RunAsync(arguments, paths, time, cancellationToken),
            _ when arguments.GetValue(Messages) is [var path] => await RunAsync(arguments, path, time, cancellationToken),
            _ => Refuse("name the file of one message, or - for standard input"),
        };
    }

    private static int Refuse(string text)
    {
        Console.Error.WriteLine($"filterhost: {text}");
        return ExitCode.Usage;
    }

    private static async Task<int> RunAsync(ParseResult arguments, string path, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!IPAddress.TryParse(arguments.GetValue(Client), out var client))
            return Refuse($"'{arguments.GetValue(Client)}' is not an address");
        if (MessageFile.ReadOctets(path) is not { } octets)
            return ExitCode.NoInput;
        await using var preparation = await Preparation.CreateAsync(arguments, cancellationToken, LogLevel.Warning, time: time);
        preparation.PrintProblems();
        if (preparation.Generation is not { } generation)
            return ExitCode.Configuration;
        var wanted = arguments.GetValue(Listener);
        var listener = generation.Listeners.FirstOrDefault(candidate => wanted is null || candidate.Listener.Settings.Socket == wanted);
        if (listener is null)
            return Refuse($"no listener {wanted}; there are: {string.Join(", ", generation.Listeners.Select(candidate => candidate.Listener.Settings.Socket))}");
        await generation.StartAsync(cancellationToken);
        var output = await InMemoryRun.RunAsync(
            listener.KeepingEveryBody(), InputOf(arguments, client, WireMessage.ToWireLines(octets)), preparation.Loggers.CreateLogger("FilterHost"), time);
        Print(arguments, output);
        return ExitCode.Ok;
    }

    private static MessageInput InputOf(ParseResult arguments, IPAddress client, byte[] message)
    {
        var macros = new Dictionary<string, string> { ["j"] = System.Net.Dns.GetHostName(), ["i"] = "-" };
        if (arguments.GetValue(User) is { } user)
            macros["{auth_authen}"] = user;
        return new MessageInput
        {
            Message = message,
            ClientAddress = client,
            ClientName = $"[{client}]",
            Helo = arguments.GetValue(Helo)!,
            ReversePath = arguments.GetValue(From)!,
            Recipients = arguments.GetValue(Recipients)!,
            Macros = macros,
        };
    }

    private static void Print(ParseResult arguments, MessageOutput output)
    {
        if (arguments.GetValue(CommandLine.Json))
        {
            PrintJson(output);
            return;
        }
        if (!arguments.GetValue(MessageOnly))
        {
            Console.WriteLine($"verdict: {VerdictOf(output)}");
            foreach (var result in output.Results)
                Console.WriteLine($"result: {ResultText.Of(result)}");
            foreach (var (filter, text) in output.Notes)
                Console.WriteLine($"note: {filter}: {text}");
            foreach (var edit in output.Edits)
                Console.WriteLine($"edit: {edit.Filter}: {TextOf(edit)}");
            Console.WriteLine();
        }
        using var standardOutput = Console.OpenStandardOutput();
        standardOutput.Write(output.Message.Span);
    }

    private static void PrintJson(MessageOutput output) => JsonOutput.Write(writer =>
    {
        writer.WriteString("verdict", VerdictOf(output));
        writer.WriteStartArray("results");
        foreach (var result in output.Results)
            writer.WriteStringValue(ResultText.Of(result));
        writer.WriteEndArray();
        writer.WriteStartArray("notes");
        foreach (var (filter, text) in output.Notes)
            writer.WriteStringValue($"{filter}: {text}");
        writer.WriteEndArray();
        writer.WriteStartArray("edits");
        foreach (var edit in output.Edits)
            writer.WriteStringValue($"{edit.Filter}: {TextOf(edit)}");
        writer.WriteEndArray();
        // Octets that are not UTF-8 would not survive as text.
        writer.WriteBase64String("message", output.Message.Span);
    });

    private static string VerdictOf(MessageOutput output) =>
        output.Reply.SmtpReply is { } reply ? $"{Words.Of(output.Outcome)} ({reply})" : Words.Of(output.Outcome);

    private static string TextOf(Edit edit) => edit switch
    {
        Edit.InsertField insert => $"insert at top {insert.Field}",
        Edit.AppendField append => $"append {append.Field}",
        Edit.ReplaceField replace => $"replace {replace.Field} by {replace.Replacement}",
        Edit.RemoveField remove => $"remove {remove.Field}",
        Edit.ReplaceBody body => string.Create(CultureInfo.InvariantCulture, $"replace the body ({body.Body.Length} octets)"),
        Edit.AddRecipient add => $"add recipient {add.Path} {add.Parameters}".TrimEnd(),
        Edit.RemoveRecipient remove => $"remove recipient {remove.Recipient.Address}",
        Edit.ChangeSender change => $"change sender to {change.Path} {change.Parameters}".TrimEnd(),
        Edit.Quarantine quarantine => $"quarantine: {quarantine.Reason}",
        _ => edit.ToString(),
    };
}
