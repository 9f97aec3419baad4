using System.Net;
using FilterHost.Hosting.Pipeline;
using Microsoft.Extensions.Logging.Abstractions;

namespace FilterHost.Hosting.Generations;

/// <summary>A message that no MTA sent, run through a pipeline so that its code is compiled before the first real one. Its edits are discarded and it is not logged.</summary>
internal static class SyntheticMessage
{
    public static Task RunAsync(ListenerPlan listener, TimeProvider time) =>
        InMemoryRun.RunAsync(
            // A milter of others must not see, and may keep account of, mail that there is not; and the start must not wait for name servers.
            listener.Pipeline.WithoutForeignMembers().WithLimits(listener.Pipeline.Limits with { DnsQuestions = 0 }),
            new MessageInput
            {
                Message = "From: warm-up@warm-up.invalid\r\nSubject: warm-up\r\n\r\nwarm-up\r\n"u8.ToArray(),
                // A documentation address, so that nobody takes the message for internal (RFC 5737).
                ClientAddress = IPAddress.Parse("192.0.2.1"),
                ClientName = "warm-up.invalid",
            },
            NullLogger.Instance,
            time);
}
