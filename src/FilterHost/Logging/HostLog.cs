using FilterHost.Hosting.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FilterHost.Logging;

/// <summary>The log: one line an event.</summary>
internal static class HostLog
{
    /// <summary>To standard error, for commands.</summary>
    public static ILoggerFactory ToStderr(LogLevel level) => Create(new LogThreshold(level), new StderrTarget());

    /// <summary>Where the settings say, for the host itself.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="environment">The environment, in which systemd says where standard error goes.</param>
    /// <param name="threshold">What is too trifling to log; it may change.</param>
    public static ILoggerFactory Of(HostSettings settings, Func<string, string?> environment, LogThreshold threshold) => Create(threshold, settings.LogTarget switch
    {
        LogTarget.Syslog => new SyslogTarget(settings.SyslogSocket.FullName, settings.SyslogFacility, settings.SyslogName),
        LogTarget.Journald => new StderrTarget(withPriority: true),
        LogTarget.Stderr => new StderrTarget(),
        _ => new StderrTarget(JournalStream.IsStandardError(environment)),
    });

    private static ILoggerFactory Create(LogThreshold threshold, ILogTarget target) => LoggerFactory.Create(logging =>
    {
        logging.SetMinimumLevel(LogLevel.Trace);
        logging.AddFilter((_, level) => level >= threshold.Level);
        logging.Services.AddSingleton<ILoggerProvider>(_ => new LogQueue(target, new StderrTarget(), TimeProvider.System));
    });
}
