using FilterHost.Hosting.Configuration;

namespace FilterHost.Hosting;

/// <summary>Where the settings of a running host come from.</summary>
internal interface ISettingsSource
{
    /// <summary>Reads the settings anew; null, or with errors among the problems, where they cannot be used.</summary>
    LoadedSettings? Read(ProblemList problems);

    /// <summary>The host serves by these settings now.</summary>
    void Apply(LoadedSettings settings);
}
