namespace FilterHost.Hosting.Configuration;

/// <summary>Where the log goes.</summary>
internal enum LogTarget
{
    /// <summary>To standard error, in the journal's form where that is the journal.</summary>
    Auto,

    /// <summary>To standard error, as plain lines.</summary>
    Stderr,

    /// <summary>To the system log (syslog(3)).</summary>
    Syslog,

    /// <summary>To standard error, each line with its priority in front (sd-daemon(3)).</summary>
    Journald,
}
