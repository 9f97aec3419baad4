namespace FilterHost.Hosting.Configuration;

/// <summary>RFC 3164 §4.1.1, with the codes; those of the kernel and of syslogd itself are left out.</summary>
internal enum SyslogFacility
{
    User = 1,
    Mail = 2,
    Daemon = 3,
    Auth = 4,
    News = 7,
    Uucp = 8,
    Cron = 9,
    Authpriv = 10,
    Ftp = 11,
    Local0 = 16,
    Local1 = 17,
    Local2 = 18,
    Local3 = 19,
    Local4 = 20,
    Local5 = 21,
    Local6 = 22,
    Local7 = 23,
}
