using System.Text;
using System.Text.Json;
using FilterHost.Hosting.Pipeline;

namespace FilterHost.Hosting.Isolation;

/// <summary>
/// What a host tells its worker beside the commands of the MTA. It goes as an unknown command (SMFIC_UNKNOWN), which may come at any time and has no reply: a word that nobody else knows, and this.
/// </summary>
internal sealed record HostAside
{
    public string Listener { get; init; } = "";

    public bool IsInternal { get; init; }

    public MailOrigin Origin { get; init; }

    public string OriginWords { get; init; } = "";

    public IReadOnlyList<CarriedResult> Results { get; init; } = [];

    public IReadOnlyList<CarriedAttribute> Attributes { get; init; } = [];

    public IReadOnlyList<int> RefusedRecipients { get; init; } = [];

    public int DnsQuestions { get; init; }

    /// <summary>Set where the message is over: what became of it. Nothing else counts then.</summary>
    public TransactionOutcome? Outcome { get; init; }

    /// <summary>The command line.</summary>
    public string ToCommand(string token) => $"{token} {JsonSerializer.Serialize(this, WorkerJson.Options)}";

    /// <summary>Reads a command line; null where it is the SMTP client's.</summary>
    public static HostAside? TryRead(ReadOnlySpan<byte> command, string token)
    {
        if (command.Length <= token.Length || !Ascii.Equals(command[..token.Length], token))
            return null;
        return JsonSerializer.Deserialize<HostAside>(command[(token.Length + 1)..], WorkerJson.Options);
    }

    /// <summary>What it says, for the message with this header section.</summary>
    public ToldFacts ToFacts(IReadOnlyList<HeaderField> header) => new()
    {
        Listener = Listener,
        IsInternal = IsInternal,
        Origin = Origin,
        OriginWords = OriginWords,
        Results = [.. Results.Select(result => result.ToResult(header))],
        Attributes = Attributes.ToDictionary(attribute => attribute.Name, attribute => attribute.ToValue()!),
        RefusedRecipients = RefusedRecipients,
        DnsQuestions = DnsQuestions,
    };
}
