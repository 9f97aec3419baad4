using FilterHost.Dns;
using FilterHost.MailAuth.Dns;

namespace FilterHost.Plugins.ZoneFileResolver;

/// <summary>Reads the file when the host checks, and answers from it.</summary>
internal sealed class FileResolver(ZoneFileResolverSettings settings) : IDnsResolver, IPluginLifetime
{
    private ZoneFile? _zone;

    public async ValueTask CheckAsync(IProblemReport report, CancellationToken cancellationToken)
    {
        try
        {
            var text = await File.ReadAllTextAsync(settings.File.FullName, cancellationToken).ConfigureAwait(false);
            if (!ZoneFile.TryParse(text, out _zone, out var problem))
                report.Add(ProblemSeverity.Error, $"{settings.File.FullName}: {problem}", "file");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            report.Add(ProblemSeverity.Error, $"the zone file cannot be read: {exception.Message}", "file");
        }
    }

    public ValueTask<DnsAnswer> ResolveAsync(DomainName name, DnsRecordType type, CancellationToken cancellationToken) =>
        _zone is null
            ? new ValueTask<DnsAnswer>(new DnsAnswer { Outcome = DnsOutcome.ServerFailure })
            : new ZoneResolver(_zone).ResolveAsync(name, type, cancellationToken);
}
