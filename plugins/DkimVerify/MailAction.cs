namespace FilterHost.Plugins.DkimVerify;

/// <summary>What is done to a message on a result.</summary>
public enum MailAction
{
    Accept,
    Reject,
    Tempfail,
    Discard,
    Quarantine,
}
