namespace FilterHost.Commands;

/// <summary>Exit codes of sysexits.h.</summary>
internal static class ExitCode
{
    public const int Ok = 0;

    /// <summary>EX_USAGE.</summary>
    public const int Usage = 64;

    /// <summary>EX_DATAERR.</summary>
    public const int Data = 65;

    /// <summary>EX_NOINPUT.</summary>
    public const int NoInput = 66;

    /// <summary>EX_CANTCREAT.</summary>
    public const int CannotCreate = 73;

    /// <summary>EX_TEMPFAIL.</summary>
    public const int Temporary = 75;

    /// <summary>EX_CONFIG.</summary>
    public const int Configuration = 78;
}
