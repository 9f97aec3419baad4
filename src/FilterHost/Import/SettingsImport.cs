using FilterHost.Checks;
using FilterHost.Hosting.Configuration;

namespace FilterHost.Import;

/// <summary>Makes settings of the configuration of OpenDKIM, of OpenDMARC, or of both.</summary>
internal static class SettingsImport
{
    private static readonly string[] OfOneProcess = ["Socket", "UMask", "UserID", "PidFile", "AuthservID", "Syslog", "SyslogFacility"];

    /// <summary>The settings. What is wrong is added to the problems; what is right is carried over all the same.</summary>
    /// <param name="opendkim">OpenDKIM's configuration, or null.</param>
    /// <param name="opendmarc">OpenDMARC's configuration, or null.</param>
    /// <param name="options">What the command line asks for.</param>
    /// <param name="problems">Where problems go.</param>
    public static ImportedSettings Run(DaemonConfiguration? opendkim, DaemonConfiguration? opendmarc, ImportOptions options, ProblemList problems)
    {
        var first = opendkim ?? opendmarc!;
        var user = options.User ?? first.Text("UserID")?.Split(':')[0];
        var draft = new SettingsDraft(problems) { Copies = options.KeyCopies is { } folder ? new KeyCopies(folder, user is null ? null : UnixUser.Find(user), problems) : null };
        CommonTranslation.Listener(first, draft, problems);
        if (opendkim is not null)
            new OpenDkimTranslation(opendkim, draft, problems).Run();
        if (opendmarc is not null)
            new OpenDmarcTranslation(opendmarc, opendkim, draft, problems).Run();
        CommonTranslation.Process(first, draft, options.User);
        CommonTranslation.Log(first, draft);
        Dns(opendkim, opendmarc, draft, problems);
        foreach (var configuration in new[] { opendkim, opendmarc }.OfType<DaemonConfiguration>())
        {
            // One host has one socket, one user and one name.
            if (configuration != first)
                Fuse(configuration, draft);
            draft.ExplainRest(configuration);
        }
        var sources = new[] { opendkim?.File, opendmarc?.File }.OfType<string>().ToArray();
        return new ImportedSettings(string.Join(' ', sources), draft.Write(sources), user, draft.Files, first.Flag("Background"));
    }

    private static void Dns(DaemonConfiguration? opendkim, DaemonConfiguration? opendmarc, SettingsDraft draft, ProblemList problems)
    {
        var seconds = new[] { opendkim?.Number("DNSTimeout"), opendmarc?.Number("DNSTimeout") }.Max()!.Value;
        var first = opendkim ?? opendmarc!;
        CommonTranslation.Dns(draft, opendkim?.Text("Nameservers"), seconds, first.Locate(opendkim is null ? "DNSTimeout" : "Nameservers"), problems);
    }

    private static void Fuse(DaemonConfiguration second, SettingsDraft draft)
    {
        foreach (var name in OfOneProcess)
        {
            if (second.Find(name) is { } setting)
                draft.Remark($"{name} {setting.Value} ({Path.GetFileName(setting.Location.File)}:{setting.Location.Line}): one host does both; OpenDKIM's counts.");
        }
    }
}
