using FilterHost.Checks;
using FilterHost.Hosting;
using FilterHost.Hosting.Configuration;
using FilterHost.Logging;

namespace FilterHost.Commands;

/// <summary>The settings file of a running host.</summary>
internal sealed class RunningSettings(string path, LogThreshold threshold) : ISettingsSource
{
    public LoadedSettings? Read(ProblemList problems)
    {
        var settings = Preparation.Read(path, problems);
        SocketCheck.Run(settings, problems);
        return settings;
    }

    public void Apply(LoadedSettings settings) => threshold.Level = settings.Host.LogLevel;
}
