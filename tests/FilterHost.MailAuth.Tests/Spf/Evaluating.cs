using System.Net;
using System.Text;
using FilterHost.Dns;
using FilterHost.MailAuth.Spf;

namespace FilterHost.MailAuth.Tests.Spf;

/// <summary>Short ways to evaluate.</summary>
internal static class Evaluating
{
    public const string Client = "192.0.2.1";

    public static Task<SpfEvaluation> MailFromAsync(IDnsResolver zone, string path = "<user@example.com>", string? client = Client, string? helo = "mail.example.com", SpfOptions? options = null, TimeProvider? time = null) =>
        AskAsync(zone, SpfRequest.ForMailFrom(client is null ? null : IPAddress.Parse(client), helo, EnvelopeAddress.Parse(Encoding.UTF8.GetBytes(path))), options, time);

    public static Task<SpfEvaluation> HeloAsync(IDnsResolver zone, string? helo, string client = Client) => AskAsync(zone, SpfRequest.ForHelo(IPAddress.Parse(client), helo));

    public static async Task<SpfEvaluation> AskAsync(IDnsResolver zone, SpfRequest request, SpfOptions? options = null, TimeProvider? time = null) =>
        await new SpfEvaluator(options ?? new SpfOptions(), time ?? TimeProvider.System)
            .EvaluateAsync(request with { WantsExplanation = true, Receiver = "mx.example.net" }, zone, TestContext.Current.CancellationToken);

    /// <summary>What one record of example.com says, with further lines of the zone.</summary>
    public static async Task<SpfResult> RecordAsync(string record, string client = Client, params string[] lines) =>
        (await MailFromAsync(SpfZone.Of([$"example.com TXT {record}", .. lines]), client: client)).Result;
}
