using FilterHost.Keys;
using FilterHost.MailAuth.Keys;
using Microsoft.Extensions.Logging;

namespace FilterHost.Plugins.FileKeyStore;

/// <summary>Examines every key before mail comes and makes the missing ones.</summary>
internal sealed class KeyFileLifetime(KeyFiles files, DomainFolders folders, FileKeyStoreSettings settings, ILogger<KeyFileLifetime> logger) : IPluginLifetime
{
    public ValueTask CheckAsync(IProblemReport report, CancellationToken cancellationToken)
    {
        for (var index = 0; index < settings.Keys.Count; index++)
            CheckEntry(settings.Keys[index], $"keys[{index}]", report);
        CheckRepeated(report);
        CheckDirectory(report);
        try
        {
            CheckFolders(report, cancellationToken);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            report.Add(ProblemSeverity.Error, $"The folder of keys cannot be listed: {error.Message} Let the user {FileOwnership.ProcessUser} read it.", "directory");
        }
        return ValueTask.CompletedTask;
    }

    public ValueTask StartAsync(CancellationToken cancellationToken)
    {
        if (!settings.GenerateMissing)
            return ValueTask.CompletedTask;
        foreach (var place in files.ExplicitPlaces().Where(place => !File.Exists(place.Path)))
            Generate(place);
        return ValueTask.CompletedTask;
    }

    private void CheckEntry(KeyEntry entry, string setting, IProblemReport report)
    {
        if (!DomainName.TryParse(entry.Selector, out _))
            report.Add(ProblemSeverity.Error, $"'{entry.Selector}' is no selector. Set 'selector' to one or more labels.", setting + ".selector");
        if (entry.UserIdentifier is { } identifier && UserIdentifierText.FindProblem(identifier, entry.Domain) is { } problem)
            report.Add(ProblemSeverity.Error, problem, setting + ".user_identifier");
        if (settings.GenerateMissing && !entry.File.Exists)
            return;
        var reading = files.PlaceOf(entry).Read();
        if (reading.Problem is not null)
            report.Add(ProblemSeverity.Error, reading.Problem, setting + ".file");
        if (reading.Warning is not null)
            report.Add(ProblemSeverity.Warning, reading.Warning, setting + ".file");
    }

    private void CheckDirectory(IProblemReport report)
    {
        if (settings.Directory is not { } directory)
            return;
        if (!Directory.Exists(directory.FullName))
            report.Add(ProblemSeverity.Error, $"{directory.FullName} does not exist. Run: install -d -m 700 {directory.FullName}", "directory");
        else if (settings.CheckPermissions && KeyFilePermissions.FindFolderProblem(directory.FullName) is { } problem)
            report.Add(ProblemSeverity.Error, problem, "directory");
    }

    private void CheckFolders(IProblemReport report, CancellationToken cancellationToken)
    {
        // Listed here, because PLINQ would wrap what the listing throws.
        var readings = folders.Domains().ToArray().AsParallel().AsOrdered().WithCancellation(cancellationToken)
            .Select(domain => files.Find(domain)).ToArray();
        foreach (var domain in readings.Where(domain => domain.Count > 0))
            CheckDomain(domain, report);
        foreach (var (ignored, used) in folders.Repeated())
            report.Add(ProblemSeverity.Defect, $"{ignored} is not looked at, since {used} is the folder of the same domain. Move its keys there and remove it.", "directory");
    }

    // The key's id is domain and selector, so a second one would never be found.
    private void CheckRepeated(IProblemReport report)
    {
        var first = new Dictionary<(DomainName, string), int>();
        for (var index = 0; index < settings.Keys.Count; index++)
        {
            var entry = settings.Keys[index];
            if (!first.TryAdd((entry.Domain, entry.Selector), index))
                report.Add(ProblemSeverity.Error, $"keys[{first[(entry.Domain, entry.Selector)]}] has the domain {entry.Domain} and the selector {entry.Selector} already. Give each key a selector of its own.", $"keys[{index}].selector");
        }
    }

    private void CheckDomain(IReadOnlyList<KeyReading> readings, IProblemReport report)
    {
        var domain = readings[0].Place.Domain;
        if (settings.Keys.Any(entry => domain.Equals(entry.Domain)))
            return;
        foreach (var problem in readings.Select(reading => reading.Problem).OfType<string>())
            report.Add(ProblemSeverity.Defect, problem, "directory");
        foreach (var warning in readings.Select(reading => reading.Warning).OfType<string>())
            report.Add(ProblemSeverity.Warning, warning, "directory");
        var good = readings.Where(reading => reading.Key is not null).ToArray();
        if (settings.Selector is not null && good.Length > 0 && good.All(reading => reading.Place.Selector != settings.Selector))
            report.Add(ProblemSeverity.Defect, $"{domain} has no key with the selector {settings.Selector}. Make it, or leave 'selector' out.", "selector");
        else if (settings.Selector is null && good.GroupBy(reading => reading.Key!.Algorithm).Any(group => group.Count() > 1))
            report.Add(ProblemSeverity.Warning, $"{domain} has several keys of one algorithm; that with the last selector signs. Set 'selector', or retire the others.", "selector");
    }

    private void Generate(KeyPlace place)
    {
        try
        {
            KeyFile.Create(place.Path, SigningAlgorithm.RsaSha256, rsaBits: 2048);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new InvalidOperationException($"{place.Path} was not made: {error.Message} Let the user {FileOwnership.ProcessUser} write its folder.", error);
        }
        files.Forget(place.Domain);
        if (place.Read() is { Key: { } key } && logger.IsEnabled(LogLevel.Information))
            logger.LogInformation("Made {Path}. Publish: {Selector}._domainkey.{Domain}. TXT \"v=DKIM1; k=rsa; p={PublicKey}\"", place.Path, place.Selector, place.Domain, Convert.ToBase64String(key.PublicKey));
    }
}
