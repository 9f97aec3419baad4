using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using FilterHost.Keys;
using FilterHost.MailAuth.Dkim;

namespace FilterHost.Commands;

/// <summary>Prints keys and their records.</summary>
internal static class KeyOutput
{
    /// <summary>Prints the records in the form that is asked for, and says of keys that cannot be used why.</summary>
    /// <returns>65 where there is such a key.</returns>
    public static int PrintRecords(ParseResult arguments, IReadOnlyList<SigningKeyDescription> keys, KeyRecordTags tags)
    {
        var format = KeyRecordOptions.FormatOf(arguments);
        if (format == KeyRecordFormat.Json)
            return PrintJson(keys, tags);
        var good = keys.Where(key => key.Problem is null);
        if (format == KeyRecordFormat.Nsupdate)
            PrintUpdates(good, tags, KeyRecordOptions.TimeToLiveOf(arguments));
        else
            foreach (var key in good)
                Console.WriteLine(TextOf(key, tags, format));
        foreach (var key in keys.Where(key => key.Problem is not null))
            Console.Error.WriteLine($"filterhost: {key.SigningDomain} {key.Selector}: {key.Problem}");
        return CodeOf(keys);
    }

    public static int PrintJson(IReadOnlyList<SigningKeyDescription> keys, KeyRecordTags? tags = null)
    {
        JsonOutput.Write(writer =>
        {
            writer.WriteStartArray("keys");
            foreach (var key in keys)
            {
                writer.WriteStartObject();
                Write(writer, key, tags);
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
        });
        return CodeOf(keys);
    }

    /// <summary>The members of a key's object.</summary>
    public static void Write(Utf8JsonWriter writer, SigningKeyDescription key, KeyRecordTags? tags = null)
    {
        writer.WriteString("domain", key.SigningDomain.ToString());
        writer.WriteString("selector", key.Selector);
        writer.WriteString("state", StateOf(key));
        writer.WriteString("algorithm", AlgorithmOf(key));
        writer.WriteNumber("bits", key.Bits);
        writer.WriteString("place", key.Place);
        writer.WriteString("problem", key.Problem);
        writer.WriteString("name", KeyRecordText.NameOf(key));
        writer.WriteString("record", key.Problem is null ? KeyRecordText.Of(key, tags) : null);
        writer.WriteTexts("strings", key.Problem is null ? KeyRecordText.StringsOf(key, tags) : []);
    }

    public static int CodeOf(IReadOnlyList<SigningKeyDescription> keys) => keys.All(key => key.Problem is null) ? ExitCode.Ok : ExitCode.Data;

    public static string StateOf(SigningKeyDescription key) => key.State switch
    {
        SigningKeyState.Active => "active",
        SigningKeyState.Pending => "pending",
        _ => "retired",
    };

    public static string AlgorithmOf(SigningKeyDescription key) => key.Algorithm switch
    {
        SigningAlgorithm.RsaSha256 => "rsa-sha256",
        SigningAlgorithm.Ed25519Sha256 => "ed25519-sha256",
        _ => "-",
    };

    private static string TextOf(SigningKeyDescription key, KeyRecordTags tags, KeyRecordFormat format) => format switch
    {
        KeyRecordFormat.Zone => KeyRecordText.ToZoneLines(key, tags),
        KeyRecordFormat.Split => $"{KeyRecordText.NameOf(key)}\t{string.Join(' ', KeyRecordText.StringsOf(key, tags).Select(KeyRecordText.Quote))}",
        KeyRecordFormat.Text => $"{KeyRecordText.NameOf(key)}\t{KeyRecordText.Of(key, tags)}",
        _ => KeyRecordText.ToZoneLine(key, tags),
    };

    // One message to the server for each domain, since the names of an update are all of one zone (RFC 2136 §2.3). The old record goes, because a name has one key record.
    private static void PrintUpdates(IEnumerable<SigningKeyDescription> keys, KeyRecordTags tags, int timeToLive)
    {
        foreach (var domain in keys.GroupBy(key => key.SigningDomain))
        {
            foreach (var key in domain)
            {
                Console.WriteLine($"update delete {KeyRecordText.NameOf(key)}. TXT");
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture, $"update add {KeyRecordText.NameOf(key)}. {timeToLive} TXT {string.Join(' ', KeyRecordText.StringsOf(key, tags).Select(KeyRecordText.Quote))}"));
            }
            Console.WriteLine("send");
        }
    }
}
