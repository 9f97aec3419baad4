namespace FilterHost.Hosting.Configuration;

/// <summary>What a reload can change of the host's own settings, and what waits for the next start.</summary>
internal static class ReloadableSettings
{
    private static readonly HashSet<string> AtStart = ["user", "group", "umask", "pid_file", "state_directory", "control_socket", "log_target", "syslog_facility", "syslog_name", "syslog_socket"];

    /// <summary>Puts what waits for the next start back to what the host runs by, and says so.</summary>
    /// <param name="present">What the host runs by.</param>
    /// <param name="next">The settings that were read.</param>
    public static IReadOnlyList<string> Fix(LoadedSettings present, ref LoadedSettings next)
    {
        string[] waiting = [.. new SettingsEquality(asksFiles: false).Differences(present.Host, next.Host).Where(AtStart.Contains)];
        next = next with
        {
            Host = next.Host with
            {
                User = present.Host.User,
                Group = present.Host.Group,
                Umask = present.Host.Umask,
                PidFile = present.Host.PidFile,
                StateDirectory = present.Host.StateDirectory,
                ControlSocket = present.Host.ControlSocket,
                LogTarget = present.Host.LogTarget,
                SyslogFacility = present.Host.SyslogFacility,
                SyslogName = present.Host.SyslogName,
                SyslogSocket = present.Host.SyslogSocket,
            },
        };
        return [.. waiting.Select(key => $"{key}: takes effect at the next start")];
    }

    /// <summary>Which of the host's own settings have changed.</summary>
    public static IEnumerable<string> Changes(LoadedSettings before, LoadedSettings next) =>
        new SettingsEquality(asksFiles: false).Differences(before.Host, next.Host).Select(key => $"{key} changed");
}
