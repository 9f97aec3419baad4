namespace FilterHost.TestPlugins.Faulty;

public enum Stage
{
    Connect,
    Helo,
    Mail,
    Recipient,
    Data,
    EndOfHeaders,
    Body,
    EndOfMessage,
    TransactionEnded,
    ConnectionEnded,
}
