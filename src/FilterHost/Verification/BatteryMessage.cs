using FilterHost.Hosting.Pipeline;

namespace FilterHost.Verification;

/// <summary>One step of the battery: messages on one connection.</summary>
/// <param name="Name">What is peculiar about it.</param>
/// <param name="Make">Makes the messages; only when they are sent, since some are large.</param>
internal sealed record BatteryMessage(string Name, Func<IReadOnlyList<MessageInput>> Make);
