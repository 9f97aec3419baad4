using System.Text;
using FilterHost.Dns;
using FilterHost.MailAuth.Dns;

namespace FilterHost.Plugins.ZoneFileResolver;

/// <summary>Reads the file when the host checks, and answers from it.</summary>
internal sealed class FileResolver(ZoneFileResolverSettings settings) : IDnsResolver, IPluginLifetime
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private ZoneResolver? _resolver;

    public async ValueTask CheckAsync(IProblemReport report, CancellationToken cancellationToken)
    {
        try
        {
            var text = await File.ReadAllTextAsync(settings.File.FullName, StrictUtf8, cancellationToken).ConfigureAwait(false);
            if (ZoneFile.TryParse(text, out var zone, out var problem))
                _resolver = new ZoneResolver(zone);
            else
                report.Add(ProblemSeverity.Error, $"{settings.File.FullName}, {problem}", "file");
        }
        catch (DecoderFallbackException)
        {
            report.Add(ProblemSeverity.Error, $"{settings.File.FullName} is not UTF-8; write other octets as \\DDD (RFC 1035 §5.1)", "file");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            report.Add(ProblemSeverity.Error, $"the zone file cannot be read: {exception.Message}", "file");
        }
    }

    public ValueTask<DnsAnswer> ResolveAsync(DomainName name, DnsRecordType type, CancellationToken cancellationToken) =>
        _resolver?.ResolveAsync(name, type, cancellationToken) ?? new ValueTask<DnsAnswer>(new DnsAnswer { Outcome = DnsOutcome.ServerFailure });
}
