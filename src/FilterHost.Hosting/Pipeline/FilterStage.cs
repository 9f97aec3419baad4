namespace FilterHost.Hosting.Pipeline;

/// <summary>The stages at which a message filter can be called, in order.</summary>
internal enum FilterStage
{
    Mail,
    Recipient,
    Data,
    EndOfHeaders,
    Body,
    EndOfMessage,
}
