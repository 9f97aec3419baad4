using static FilterHost.Import.OptionType;

namespace FilterHost.Import;

/// <summary>Every option of opendmarc.conf, in one place: those of Debian's OpenDMARC 1.4.2, and those of older and newer versions. What FilterHost does in place of an option stands in <see cref="OpenDmarcTranslation"/>.</summary>
internal static class OpenDmarcOptions
{
    private const string ServiceOfSystemd = "the service manager does this: Restart= and RestartSec= in the unit";
    private const string NoFailureReports = "FilterHost sends no failure reports";
    private const string NoAggregateReports = "FilterHost writes no history file, so opendmarc-import and opendmarc-reports get nothing: the aggregate reports that domains ask for (rua=) stop";
    private const string NoArc = "ARC is not evaluated, so it overrides nothing; trusted_forwarders of [filter.dmarc] accepts mail of forwarders and lists that are trusted";

    public static IReadOnlyList<DaemonOption> All { get; } =
    [
        Carried("AuthservID", Text, null, "authserv_id"),
        Dropped("AuthservIDWithJobID", Flag, "no", "the job id is not written behind the authserv-id: readers that compare the name would not know it. The log has the queue id"),
        Elsewhere("AutoRestart", Flag, "no", ServiceOfSystemd),
        Elsewhere("AutoRestartCount", Number, null, ServiceOfSystemd),
        Elsewhere("AutoRestartRate", Text, null, ServiceOfSystemd),
        Elsewhere("Background", Flag, "yes", "FilterHost stays in the foreground, as service managers want it; --run goes to the background unless -f or this option says no"),
        Carried("BaseDirectory", Text, null, "relative paths are made absolute"),
        Dropped("ChangeRootDirectory", Text, null, "the process is not confined by chroot: RootDirectory= or ProtectSystem= in the unit do it. Paths are taken as they stand") with { IsLoud = true },
        Dropped("CopyFailuresTo", Text, null, "mail that fails is not copied to another recipient; on_reject and on_quarantine can tag or quarantine it") with { IsLoud = true },
        Carried("DNSTimeout", Number, "5", "[service.dns] timeout"),
        Dropped("DomainWhitelist", Text, null, NoArc) with { IsLoud = true },
        Dropped("DomainWhitelistFile", Text, null, NoArc) with { IsLoud = true },
        Dropped("DomainWhitelistSize", Number, null, NoArc),
        Elsewhere("EnableCoredumps", Flag, "no", "LimitCORE= in the unit"),
        Dropped("FailureReports", Flag, "no", NoFailureReports) with { IsLoud = true },
        Dropped("FailureReportsBcc", Text, null, NoFailureReports),
        Dropped("FailureReportsOnNone", Flag, "no", NoFailureReports),
        Dropped("FailureReportsSentBy", Text, null, NoFailureReports),
        Dropped("HistoryFile", Text, null, NoAggregateReports) with { IsLoud = true },
        Carried("HoldQuarantinedMessages", Flag, "no", "[filter.dmarc] on_quarantine"),
        Carried("IgnoreAuthenticatedClients", Flag, "no", "mail of authenticated users is never judged"),
        Carried("IgnoreHosts", Text, "127.0.0.1", "peers; beside OpenDKIM trusted_forwarders of [filter.dmarc]"),
        Carried("IgnoreMailFrom", Text, null, "[filter.dmarc] exempt_domains"),
        Dropped("IgnoreMailTo", Text, null, "it only keeps mail out of the history file, which is not written"),
        Elsewhere("MilterDebug", Number, null, "log_level = \"trace\" shows the frames of the protocol"),
        Carried("PidFile", Text, null, "pid_file"),
        Carried("PublicSuffixList", Text, null, "[filter.dmarc] public_suffix_list"),
        Dropped("RecordAllMessages", Flag, "no", "it is for the history file, which is not written"),
        Carried("RejectFailures", Flag, "no", "on_reject and on_temperror of [filter.dmarc]"),
        Carried("RejectMultiValueFrom", Flag, "no", "[filter.dmarc] on_from_anomaly"),
        Carried("RejectString", Text, "rejected by DMARC policy for %s", "[filter.dmarc] reject_text"),
        Dropped("ReportCommand", Text, null, NoFailureReports),
        Carried("RequiredHeaders", Flag, "no", "[filter.dmarc] on_from_anomaly"),
        Carried("Socket", Text, null, "[[listener]] socket"),
        Dropped("SoftwareHeader", Flag, "no", "no field names the software: it tells attackers more than readers"),
        Carried("SPFIgnoreResults", Flag, "no", "[filter.spf]"),
        Carried("SPFSelfValidate", Flag, "no", "[filter.spf]"),
        Carried("Syslog", Flag, "no", "log_target"),
        Carried("SyslogFacility", Text, "mail", "syslog_facility"),
        Dropped("TestDNSData", Text, null, "it is for tests; plugin ZoneFileResolver answers from a zone file"),
        Carried("TrustedAuthservIDs", Text, null, "[[listener]] trust_results_from"),
        Carried("UMask", Number, null, "umask, and mode of the listener"),
        Carried("UserID", Text, null, "user, group"),

        InOtherBuilds(Elsewhere("DMARCbisIgnorePct", Flag, "no", "pct= is never used (RFC 9989)")),
        InOtherBuilds(Elsewhere("DMARCbisWalkMode", Text, null, "[filter.dmarc] organizational_domains says how domains are found to belong together")),
        InOtherBuilds(Elsewhere("DMARCbisWalkModeFallback", Flag, "no", "[filter.dmarc] organizational_domains says how domains are found to belong together")),
        InOtherBuilds(Dropped("ForensicReports", Flag, "no", NoFailureReports) with { IsLoud = true }),
        InOtherBuilds(Dropped("ForensicReportsBcc", Text, null, NoFailureReports)),
        InOtherBuilds(Dropped("ForensicReportsOnNone", Flag, "no", NoFailureReports)),
        InOtherBuilds(Dropped("ForensicReportsSentBy", Text, null, NoFailureReports)),
        InOtherBuilds(Elsewhere("LogSPFDNS", Flag, "no", "log_level = \"debug\" shows the questions")),
        InOtherBuilds(Dropped("NoReportsList", Text, null, NoFailureReports)),
        InOtherBuilds(Elsewhere("ReadCanonicalizedData", Flag, "no", "DMARC asks the signatures' results within FilterHost; no field needs to carry them")),
        InOtherBuilds(Carried("RequiredFrom", Flag, "no", "[filter.dmarc] on_from_anomaly")),
        InOtherBuilds(Elsewhere("TemporaryDirectory", Text, null, "DMARC writes no files")),
    ];

    private static DaemonOption Carried(string name, OptionType type, string? usual, string place) => new(name, type, usual, OptionFate.Carried, place);

    private static DaemonOption Elsewhere(string name, OptionType type, string? usual, string why) => new(name, type, usual, OptionFate.Elsewhere, why);

    private static DaemonOption Dropped(string name, OptionType type, string? usual, string why) => new(name, type, usual, OptionFate.Dropped, why);

    private static DaemonOption InOtherBuilds(DaemonOption option) => option with { IsOfOtherBuilds = true };
}
