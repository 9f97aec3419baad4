using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace FilterHost.Logging;

/// <summary>The log: one line an event, on standard error.</summary>
internal static class StderrLogging
{
    public static ILoggerFactory Create(LogLevel level) => LoggerFactory.Create(logging =>
    {
        logging.SetMinimumLevel(level);
        logging.AddConsole(console =>
        {
            console.FormatterName = LineFormatter.FormatterName;
            console.LogToStandardErrorThreshold = LogLevel.Trace;
        });
        logging.AddConsoleFormatter<LineFormatter, ConsoleFormatterOptions>();
    });
}
