namespace FilterHost.Milter;

/// <summary>The peer broke the protocol. The session logs it and closes its connection; others do not notice.</summary>
public sealed class MilterProtocolException(string message) : Exception(message);
