using FilterHost.Checks;
using FilterHost.Hosting;
using FilterHost.Hosting.Configuration;
using FilterHost.Logging;

namespace FilterHost.Commands;

/// <summary>The settings of a running host.</summary>
/// <param name="read">Reads them anew, as at the start.</param>
/// <param name="threshold">What the log leaves out.</param>
internal sealed class RunningSettings(Func<ProblemList, LoadedSettings?> read, LogThreshold threshold) : ISettingsSource
{
    public LoadedSettings? Read(ProblemList problems)
    {
        var settings = read(problems);
        SocketCheck.Run(settings, problems);
        return settings;
    }

    public void Apply(LoadedSettings settings) => threshold.Level = settings.Host.LogLevel;
}
