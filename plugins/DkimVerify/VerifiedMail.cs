namespace FilterHost.Plugins.DkimVerify;

/// <summary>Which mail is verified.</summary>
public enum VerifiedMail
{
    /// <summary>Mail of clients that are neither internal nor authenticated.</summary>
    External,
    All,
}
