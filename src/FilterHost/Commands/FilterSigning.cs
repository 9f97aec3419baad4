using System.CommandLine;
using System.Text;
using FilterHost.Keys;
using FilterHost.MailAuth.Dkim;
using FilterHost.MailAuth.Keys;

namespace FilterHost.Commands;

/// <summary><c>filterhost filter --sign</c>, in place of opendkim-testmsg: signs messages with a key that the command line names, without settings.</summary>
internal static class FilterSigning
{
    private static readonly Option<string?> Domain = new("--domain", "-d") { Description = "With --sign: the signing domain (d=)." };
    private static readonly Option<string?> Selector = new("--selector", "-s") { Description = "With --sign: the selector (s=)." };
    private static readonly Option<string?> KeyPath = new("--key", "-k") { Description = "With --sign: the file of the private key." };
    private static readonly Option<string> Canonicalization = new("--canonicalization") { Description = "With --sign: how header section and body are canonicalized (c=).", DefaultValueFactory = _ => "relaxed/relaxed" };

    public static Option<bool> Sign { get; } = new("--sign") { Description = "Sign messages with the key of -d, -s and -k, and print them with the signature on top. No settings are looked at." };

    public static void AddTo(Command command)
    {
        foreach (var option in new Option[] { Sign, Domain, Selector, KeyPath, Canonicalization })
            command.Add(option);
    }

    public static async Task<int> RunAsync(ParseResult arguments, IReadOnlyList<string> paths, TimeProvider time, CancellationToken cancellationToken)
    {
        if (OptionsOf(arguments) is not { } options || SigningKeyOf(arguments) is not { } key)
            return ExitCode.Usage;
        if (ReadKey(arguments.GetValue(KeyPath)!) is not { } privateKey)
            return ExitCode.Data;
        if (MessageFile.ReadAll(paths) is not { } messages)
            return ExitCode.NoInput;
        // RFC 6376 §5.4: "The From header field MUST be signed".
        if (messages.FirstOrDefault(static message => message.Header.First("From") is null) is { } anonymous)
        {
            Console.Error.WriteLine($"filterhost: {anonymous.Path} has no From field, so it cannot be signed");
            return ExitCode.Data;
        }
        using var output = Console.OpenStandardOutput();
        foreach (var message in messages)
        {
            var field = await SignAsync(message, options, key with { Algorithm = privateKey.Algorithm }, privateKey, time, cancellationToken);
            output.Write(InLinesOf(message, field));
            output.Write(message.Octets.Span);
        }
        return ExitCode.Ok;
    }

    private static async Task<HeaderField> SignAsync(MessageFile message, DkimSigningOptions options, SigningKey key, PrivateKey privateKey, TimeProvider time, CancellationToken cancellationToken)
    {
        using var signer = new DkimSigner(new SignatureForm(options), [key], time);
        signer.AppendBody(message.Body.Span);
        var signing = await signer.FinishAsync(
            message.Header, (_, digest, _) => ValueTask.FromResult<SigningOutcome>(new SigningOutcome.Signed(privateKey.Sign(digest.Span))), cancellationToken);
        return ((DkimSigning.Signed)signing).Fields[0];
    }

    private static byte[] InLinesOf(MessageFile message, HeaderField field)
    {
        var text = $"{Encoding.ASCII.GetString(field.Name.Span)}:{Encoding.ASCII.GetString(field.Body.Span)}\r\n";
        return Encoding.ASCII.GetBytes(text.Replace("\r\n", Encoding.ASCII.GetString(message.LineEnd), StringComparison.Ordinal));
    }

    private static DkimSigningOptions? OptionsOf(ParseResult arguments)
    {
        var text = arguments.GetValue(Canonicalization)!;
        if (CanonicalizationPair.TryParse(Encoding.UTF8.GetBytes(text), out var pair))
            return new DkimSigningOptions { Canonicalization = pair };
        Console.Error.WriteLine($"filterhost: '{text}' is no canonicalization: simple or relaxed, a slash, simple or relaxed");
        return null;
    }

    private static SigningKey? SigningKeyOf(ParseResult arguments)
    {
        if (arguments.GetValue(Domain) is not { } text || arguments.GetValue(Selector) is not { } selector || arguments.GetValue(KeyPath) is null)
        {
            Console.Error.WriteLine("filterhost: --sign needs the domain with -d, the selector with -s and the file of the private key with -k");
            return null;
        }
        return KeySelection.TryParseDomain(text, out var domain) && KeySelection.IsSelector(selector)
            ? new SigningKey { Id = "", SigningDomain = domain!, Selector = selector, Algorithm = SigningAlgorithm.RsaSha256 }
            : null;
    }

    private static PrivateKey? ReadKey(string path)
    {
        var reading = KeyFile.Read(path, checkPermissions: false);
        // The host would refuse such a key; here it is tried, not used.
        if ((reading.Problem ?? KeyFile.Read(path, checkPermissions: true).Problem ?? reading.Warning) is { } text)
            Console.Error.WriteLine($"filterhost: {(reading.Key is null ? "" : "warning: ")}{text}");
        return reading.Key;
    }
}
