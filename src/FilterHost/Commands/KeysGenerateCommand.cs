using System.CommandLine;
using FilterHost.Checks;
using FilterHost.Keys;
using FilterHost.MailAuth.Dkim;

namespace FilterHost.Commands;

/// <summary><c>filterhost keys generate</c>, which can do what opendkim-genkey can.</summary>
internal static class KeysGenerateCommand
{
    private static readonly Option<string?> Domain = new("--domain", "-d") { Description = "The signing domain (d=). With --directory the default is localhost." };
    private static readonly Option<string?> Selector = new("--selector", "-s") { Description = "The selector (s=). With --directory the default is 'default'." };
    private static readonly Option<string?> Ed25519Selector = new("--ed25519-selector") { Description = $"The selector of the Ed25519 key where both keys are made. Default: the other one with {KeyRotation.Ed25519Suffix}." };
    private static readonly Option<bool> Rsa = new("--rsa") { Description = "Make only an RSA key." };
    private static readonly Option<bool> Ed25519 = new("--ed25519") { Description = "Make only an Ed25519 key (RFC 8463). Not every verifier knows these." };
    private static readonly Option<string?> Folder = new("--directory", "-D") { Description = "Write SELECTOR.private and SELECTOR.txt into this folder, as opendkim-genkey does, and look at no settings." };
    private static readonly Option<bool> AppendDomain = new("--append-domain", "-a") { Description = "The name in SELECTOR.txt is absolute. (Everywhere else it always is.)" };

    public static Option<int> Bits { get; } = new("--bits", "-b") { Description = "Length of an RSA key: 1024 to 4096.", DefaultValueFactory = _ => 2048 };

    public static Command Create()
    {
        var command = new Command("generate", "Make an RSA and an Ed25519 key in the store and print their DNS records. Never overwrites.")
        {
            KeyStores.Store, Domain, Selector, Ed25519Selector, Bits, Rsa, Ed25519, Folder, AppendDomain,
        };
        KeyRecordOptions.AddTo(command);
        command.SetAction(GenerateAsync);
        return command;
    }

    /// <summary>False, with a message, where there are no RSA keys of that length.</summary>
    public static bool AreBitsGood(int bits)
    {
        if (bits is >= 1024 and <= 4096)
            return true;
        Console.Error.WriteLine("filterhost: --bits is 1024 to 4096");
        return false;
    }

    private static async Task<int> GenerateAsync(ParseResult arguments, CancellationToken token)
    {
        if (KeyRecordOptions.TagsOf(arguments) is not { } tags || RequestsOf(arguments) is not { } requests)
            return ExitCode.Usage;
        return arguments.GetValue(Folder) is { } folder
            ? new KeyFolder(folder, tags, isRelative: !arguments.GetValue(AppendDomain)).Create(arguments, requests)
            : await KeyStores.WithOneAsync(arguments, (_, store) => CreateAsync(arguments, KeyStores.AdministrationOf(store), requests, tags, token), token);
    }

    private static async Task<int> CreateAsync(ParseResult arguments, ISigningKeyAdministration store, IReadOnlyList<SigningKeyRequest> requests, KeyRecordTags tags, CancellationToken token)
    {
        var made = new List<SigningKeyDescription>();
        try
        {
            foreach (var request in requests)
                made.Add(await store.CreateAsync(request, token));
        }
        catch (InvalidOperationException) when (made.Count > 0)
        {
            // What is there is said, whatever became of the second key.
            KeyOutput.PrintRecords(arguments, made, tags);
            throw;
        }
        return KeyOutput.PrintRecords(arguments, made, tags);
    }

    private static SigningKeyRequest[]? RequestsOf(ParseResult arguments)
    {
        var isForFolder = arguments.GetValue(Folder) is not null;
        var (domainText, selector) = (arguments.GetValue(Domain) ?? (isForFolder ? "localhost" : null), arguments.GetValue(Selector) ?? (isForFolder ? "default" : null));
        if (domainText is null || selector is null)
        {
            Console.Error.WriteLine("filterhost: name the domain with -d and the selector with -s");
            return null;
        }
        if (!KeySelection.TryParseDomain(domainText, out var domain) || !AreBitsGood(arguments.GetValue(Bits)))
            return null;
        var (onlyRsa, onlyEd25519) = (arguments.GetValue(Rsa), arguments.GetValue(Ed25519));
        var rsa = new SigningKeyRequest { SigningDomain = domain!, Selector = selector, RsaBits = arguments.GetValue(Bits) };
        var ed25519 = rsa with { Algorithm = SigningAlgorithm.Ed25519Sha256 };
        return (onlyRsa, onlyEd25519) switch
        {
            (true, false) => [rsa],
            (false, true) => [ed25519],
            _ => [rsa, ed25519 with { Selector = arguments.GetValue(Ed25519Selector) ?? selector + KeyRotation.Ed25519Suffix }],
        };
    }
}
