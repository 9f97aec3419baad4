using System.Net;

namespace FilterHost.Hosting.Pipeline;

/// <summary>A message for a run without an MTA: the octets, and what an MTA would have said of them.</summary>
internal sealed record MessageInput
{
    /// <summary>The message, lines ended by CRLF.</summary>
    public required ReadOnlyMemory<byte> Message { get; init; }

    public IPAddress? ClientAddress { get; init; }

    public string ClientName { get; init; } = "localhost";

    public string Helo { get; init; } = "localhost";

    public string ReversePath { get; init; } = "<>";

    public IReadOnlyList<string> Parameters { get; init; } = [];

    public IReadOnlyList<string> Recipients { get; init; } = ["<postmaster>"];

    /// <summary>Macros, names as the MTA writes them: <c>i</c>, <c>{auth_authen}</c>.</summary>
    public IReadOnlyDictionary<string, string> Macros { get; init; } = new Dictionary<string, string>();

    /// <summary>The most octets of the body in one chunk.</summary>
    public int ChunkSize { get; init; } = 65_535;

    /// <summary>Where the client goes away.</summary>
    public InputEnd End { get; init; }
}
