using FilterHost.Hosting.Pipeline;

namespace FilterHost.Testing;

/// <summary>A message, and the time that passes before it is sent.</summary>
internal sealed record SentMessage(MessageInput Message, TimeSpan Delay);
