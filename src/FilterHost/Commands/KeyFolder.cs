using System.CommandLine;
using FilterHost.Keys;
using FilterHost.MailAuth.Dkim;
using FilterHost.MailAuth.Keys;

namespace FilterHost.Commands;

/// <summary>A folder of keys as opendkim-genkey makes it: SELECTOR.private, mode 0600, and SELECTOR.txt with the record.</summary>
internal sealed class KeyFolder(string folder, KeyRecordTags tags, bool isRelative)
{
    public int Create(ParseResult arguments, IReadOnlyList<SigningKeyRequest> requests)
    {
        if (requests.Any(static request => !KeySelection.IsSelector(request.Selector)))
            return ExitCode.Data;
        if (requests.SelectMany(request => new[] { KeyPathOf(request), RecordPathOf(request) }).FirstOrDefault(Path.Exists) is { } there)
        {
            Console.Error.WriteLine($"filterhost: no key was made: {there} is there, and is never overwritten. Choose another selector.");
            return ExitCode.Data;
        }
        try
        {
            return KeyOutput.PrintRecords(arguments, [.. requests.Select(Create)], tags);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"filterhost: {exception.Message}");
            return ExitCode.Data;
        }
    }

    /// <summary>A key file with what a record needs to know of it.</summary>
    public static SigningKeyDescription Describe(DomainName domain, string selector, string path, KeyFileReading reading) => new()
    {
        SigningDomain = domain,
        Selector = selector,
        Algorithm = reading.Key?.Algorithm,
        Bits = reading.Key?.Bits ?? 0,
        PublicKey = reading.Key?.PublicKey ?? [],
        Place = path,
        Problem = reading.Problem,
    };

    private SigningKeyDescription Create(SigningKeyRequest request)
    {
        KeyFile.Create(KeyPathOf(request), request.Algorithm, request.RsaBits);
        var key = Describe(request.SigningDomain, request.Selector, KeyPathOf(request), KeyFile.Read(KeyPathOf(request), checkPermissions: false));
        using var record = new StreamWriter(new FileStream(RecordPathOf(request), FileMode.CreateNew));
        record.WriteLine(KeyRecordText.ToZoneLines(key, tags, isRelative));
        return key;
    }

    private string KeyPathOf(SigningKeyRequest request) => Path.Combine(folder, request.Selector + ".private");

    private string RecordPathOf(SigningKeyRequest request) => Path.Combine(folder, request.Selector + ".txt");
}
