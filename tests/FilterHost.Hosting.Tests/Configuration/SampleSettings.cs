using System.Net;

namespace FilterHost.Hosting.Tests.Configuration;

internal enum SampleAlgorithm
{
    RsaSha256,
    Ed25519Sha256,
}

internal sealed record SampleEntry
{
    [Setting("The domain.")]
    public required DomainName Domain { get; init; }

    [Setting("The file.")]
    public FileInfo? File { get; init; }
}

/// <summary>A settings record with a key of each type.</summary>
internal sealed record SampleSettings
{
    [Setting("Text.")]
    public string Name { get; init; } = "default";

    [Setting("Flag.")]
    public bool? Flag { get; init; }

    [Setting("Count.", Minimum = 1, Maximum = 60)]
    public int Count { get; init; } = 7;

    [Setting("Port.")]
    public ushort Port { get; init; } = 25;

    [Setting("Large.")]
    public ulong Large { get; init; }

    [Setting("Ratio.", Minimum = 0, Maximum = 1)]
    public double Ratio { get; init; } = 0.5;

    [Setting("Algorithm.")]
    public SampleAlgorithm Algorithm { get; init; }

    [Setting("Time.", Minimum = 0.5, Maximum = 3600)]
    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromSeconds(10);

    [Setting("Size.", Minimum = 1024)]
    public ByteSize BodySize { get; init; } = new(65536);

    [Setting("File.")]
    public FileInfo? File { get; init; }

    [Setting("Folder.")]
    public DirectoryInfo? Folder { get; init; }

    [Setting("Domain.")]
    public DomainName? Domain { get; init; }

    [Setting("Server.")]
    public IPEndPoint? Server { get; init; }

    [Setting("Networks.")]
    public IReadOnlyList<IPNetwork> Networks { get; init; } = [];

    [Setting("Password.")]
    public Secret? Password { get; init; }

    [Setting("Entry.")]
    public SampleEntry? Entry { get; init; }

    [Setting("Entries.")]
    public IReadOnlyList<SampleEntry> Entries { get; init; } = [];

    [Setting("By name.", Minimum = 0)]
    public IReadOnlyDictionary<string, int> ByName { get; init; } = new Dictionary<string, int>();

    [Setting("Secrets.")]
    public IReadOnlyDictionary<string, Secret> Secrets { get; init; } = new Dictionary<string, Secret>();

    public string NotASetting { get; init; } = "kept";
}
