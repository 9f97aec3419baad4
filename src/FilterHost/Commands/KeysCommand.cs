using System.CommandLine;
using System.Globalization;
using FilterHost.Keys;
using FilterHost.MailAuth.Dkim;
using Microsoft.Extensions.Logging;

namespace FilterHost.Commands;

/// <summary><c>filterhost keys generate|list|dns</c>.</summary>
internal static class KeysCommand
{
    private static readonly Option<string?> Store = new("--store") { Description = "The table of the key store, [service.NAME]. Needed where there are several." };
    private static readonly Option<string> Domain = new("--domain", "-d") { Description = "The signing domain (d=).", Required = true };
    private static readonly Option<string> Selector = new("--selector", "-s") { Description = "The selector (s=).", Required = true };
    private static readonly Option<int> Bits = new("--bits", "-b") { Description = "Length of an RSA key: 1024 to 4096.", DefaultValueFactory = _ => 2048 };
    private static readonly Option<bool> Ed25519 = new("--ed25519") { Description = "Make an Ed25519 key (RFC 8463) in place of an RSA key." };
    private static readonly Option<string?> OnlyDomain = new("--domain", "-d") { Description = "Only keys of this domain." };

    public static Command Create()
    {
        var generate = new Command("generate", "Make a key in the store and print its DNS record. Never overwrites.") { Store, Domain, Selector, Bits, Ed25519 };
        generate.SetAction((arguments, token) => WithStoreAsync(arguments, store => GenerateAsync(arguments, store, token), token));
        var list = new Command("list", "List the keys of the store.") { Store, OnlyDomain };
        list.SetAction((arguments, token) => WithStoreAsync(arguments, store => ListAsync(arguments, store, token), token));
        var dns = new Command("dns", "Print the DNS records of the keys in the store.") { Store, OnlyDomain };
        dns.SetAction((arguments, token) => WithStoreAsync(arguments, store => PrintRecordsAsync(arguments, store, token), token));
        return new Command("keys", "Signing keys.") { generate, list, dns };
    }

    private static async Task<int> WithStoreAsync(ParseResult arguments, Func<ISigningKeyAdministration, Task<int>> action, CancellationToken token)
    {
        // Without the plugins' own checks: a key that is missing or bad is what these commands are for.
        await using var preparation = await Preparation.CreateAsync(arguments, token, LogLevel.Warning, runsChecks: false);
        preparation.PrintProblems();
        if (preparation.Generation is not { } generation)
            return ExitCode.Configuration;
        var wanted = arguments.GetValue(Store);
        var stores = generation.Instances
            .Where(instance => instance.Provided.Contains(typeof(ISigningKeyAdministration)) && (wanted is null || instance.Name == wanted)).ToArray();
        if (stores.Length != 1)
        {
            Console.Error.WriteLine(stores.Length == 0
                ? "filterhost: the settings have no such key store that can be administered"
                : $"filterhost: there are several key stores: name one with --store ({string.Join(", ", stores.Select(store => store.Name))})");
            return ExitCode.Usage;
        }
        try
        {
            return await action((ISigningKeyAdministration)stores[0].Offer(typeof(ISigningKeyAdministration)));
        }
        catch (Exception exception) when (exception is InvalidOperationException or ServiceFaultException)
        {
            Console.Error.WriteLine($"filterhost: {exception.Message}");
            return ExitCode.Data;
        }
    }

    private static async Task<int> GenerateAsync(ParseResult arguments, ISigningKeyAdministration store, CancellationToken token)
    {
        if (!DomainName.TryParse(arguments.GetValue(Domain), out var domain))
        {
            Console.Error.WriteLine($"filterhost: '{arguments.GetValue(Domain)}' is not a domain name");
            return ExitCode.Usage;
        }
        var bits = arguments.GetValue(Bits);
        if (bits is < 1024 or > 4096)
        {
            Console.Error.WriteLine("filterhost: --bits is 1024 to 4096");
            return ExitCode.Usage;
        }
        var key = await store.CreateAsync(
            new SigningKeyRequest
            {
                SigningDomain = domain,
                Selector = arguments.GetValue(Selector)!,
                Algorithm = arguments.GetValue(Ed25519) ? SigningAlgorithm.Ed25519Sha256 : SigningAlgorithm.RsaSha256,
                RsaBits = bits,
            },
            token);
        return Print(arguments, [key], PrintRecord);
    }

    private static async Task<int> ListAsync(ParseResult arguments, ISigningKeyAdministration store, CancellationToken token)
    {
        if (await SelectAsync(arguments, store, token) is not { } keys)
            return ExitCode.Usage;
        return Print(arguments, keys, key => Console.WriteLine(key.Problem is null
            ? string.Create(CultureInfo.InvariantCulture, $"{key.SigningDomain} {key.Selector} {TextOf(key.Algorithm)} {key.Bits} {key.Place}")
            : $"{key.SigningDomain} {key.Selector} unusable: {key.Problem}"));
    }

    private static async Task<int> PrintRecordsAsync(ParseResult arguments, ISigningKeyAdministration store, CancellationToken token) =>
        await SelectAsync(arguments, store, token) is { } keys ? Print(arguments, keys, PrintRecord) : ExitCode.Usage;

    private static async Task<SigningKeyDescription[]?> SelectAsync(ParseResult arguments, ISigningKeyAdministration store, CancellationToken token)
    {
        var keys = await store.ListAsync(token);
        if (arguments.GetValue(OnlyDomain) is not { } wanted)
            return [.. keys];
        if (!DomainName.TryParse(wanted, out var only))
        {
            Console.Error.WriteLine($"filterhost: '{wanted}' is not a domain name");
            return null;
        }
        if (keys.All(key => !key.SigningDomain.Equals(only)))
            Console.Error.WriteLine($"filterhost: the store has no key of {only}");
        return [.. keys.Where(key => key.SigningDomain.Equals(only))];
    }

    private static int Print(ParseResult arguments, IReadOnlyList<SigningKeyDescription> keys, Action<SigningKeyDescription> print)
    {
        if (arguments.GetValue(CommandLine.Json))
            JsonOutput.Write(writer =>
            {
                writer.WriteStartArray("keys");
                foreach (var key in keys)
                {
                    writer.WriteStartObject();
                    writer.WriteString("domain", key.SigningDomain.ToString());
                    writer.WriteString("selector", key.Selector);
                    writer.WriteString("algorithm", TextOf(key.Algorithm));
                    writer.WriteNumber("bits", key.Bits);
                    writer.WriteString("place", key.Place);
                    writer.WriteString("problem", key.Problem);
                    writer.WriteString("record", key.Problem is null ? KeyRecordText.Of(key) : null);
                    writer.WriteEndObject();
                }
                writer.WriteEndArray();
            });
        else
            foreach (var key in keys)
                print(key);
        return keys.All(key => key.Problem is null) ? ExitCode.Ok : ExitCode.Data;
    }

    private static void PrintRecord(SigningKeyDescription key)
    {
        if (key.Problem is null)
            Console.WriteLine(KeyRecordText.ToZoneLine(key));
        else
            Console.Error.WriteLine($"filterhost: {key.SigningDomain} {key.Selector}: {key.Problem}");
    }

    private static string TextOf(SigningAlgorithm? algorithm) => algorithm switch
    {
        SigningAlgorithm.RsaSha256 => "rsa-sha256",
        SigningAlgorithm.Ed25519Sha256 => "ed25519-sha256",
        _ => "-",
    };
}
