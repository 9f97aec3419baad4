using System.Net;
using System.Text;
using FilterHost.Dns;
using FilterHost.Hosting.Configuration;
using FilterHost.Hosting.Pipeline;
using FilterHost.Keys;
using MimeKit;

namespace FilterHost.Testing;

/// <summary>
/// A filter under test and the mail that it gets: it runs on the shipped pipeline, in memory or over a socket, in the test's own load context. Nothing here changes: every member gives a new test,
/// so a common beginning may be kept in a field and used by many tests at once.
/// </summary>
/// <example>
/// <code>
/// var run = await FilterTest.For&lt;HelloPlugin&gt;("""greeting = "Hi" """).From("a@example.com").RunAsync();
/// run.ExpectDelivered().ExpectHeader("X-Hello", "Hi");
/// </code>
/// </example>
public sealed class FilterTest
{
    private const string DefaultMessage = """
        Date: Fri, 02 Jan 2026 03:04:05 +0000
        From: Alice <alice@example.com>
        To: Bob <bob@example.net>
        Subject: Greetings
        Message-ID: <1@example.com>

        Hello Bob,
        how are you?

        """;

    private readonly TestBench _bench;
    private readonly IReadOnlyList<SentMessage> _earlier;
    private readonly MessageInput _message;
    private readonly TimeSpan _delay;

    private FilterTest(TestBench bench, IReadOnlyList<SentMessage> earlier, MessageInput message, TimeSpan delay) =>
        (_bench, _earlier, _message, _delay) = (bench, earlier, message, delay);

    /// <summary>
    /// Tests a plugin's filters with settings of this text. The default message goes from alice@example.com to bob@example.net, sent by mail.example.com [192.0.2.1],
    /// a client that is neither internal nor authenticated, to the MTA mx.example.net.
    /// </summary>
    /// <typeparam name="TPlugin">The plugin class. Its name without <c>Plugin</c>, in snake case, is the name of the table: <c>hello</c>.</typeparam>
    /// <param name="settings">The lines of the plugin's table as the settings file has them, the host's own keys such as <c>on_error</c> included. The host's own binder reads them, when the test runs.</param>
    public static FilterTest For<TPlugin>(string settings = "")
        where TPlugin : FilterPlugin, new() => Of(PluginTable.OfText<TPlugin>(settings));

    /// <summary>Tests a plugin's filters with a settings record, which is taken as it is: ranges are not checked.</summary>
    /// <param name="plugin">The plugin; each run lets it configure itself anew.</param>
    /// <param name="settings">Its settings.</param>
    public static FilterTest For<TSettings>(FilterPlugin<TSettings> plugin, TSettings settings)
        where TSettings : class => Of(PluginTable.OfRecord(plugin, settings));

    /// <summary>The message as text: LF becomes CRLF, the rest stays as it is, in UTF-8.</summary>
    public FilterTest WithMessage(string text) => With(_message with { Message = WireMessage.ToWireLines(Encoding.UTF8.GetBytes(text)) });

    /// <summary>The message as octets, exactly as an MTA would have them: lines end with CRLF.</summary>
    public FilterTest WithMessage(ReadOnlyMemory<byte> octets) => With(_message with { Message = octets });

    /// <summary>The message of a file, such as one that a mail program saved: LF becomes CRLF.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public FilterTest WithMessageFile(string path) => With(_message with { Message = WireMessage.ToWireLines(File.ReadAllBytes(path)) });

    /// <summary>The message that was built with MimeKit.</summary>
    public FilterTest WithMessage(MimeMessage message)
    {
        var format = FormatOptions.Default.Clone();
        format.NewLineFormat = NewLineFormat.Dos;
        using var octets = new MemoryStream();
        message.WriteTo(format, octets);
        return WithMessage(octets.ToArray());
    }

    /// <summary>The message with this header field below the others, in place of those of that name.</summary>
    /// <exception cref="FormatException">It is no header field; see <see cref="HeaderField.Create"/>.</exception>
    public FilterTest WithField(string name, string value) => WithMessage(MessageParts.WithField(_message.Message, HeaderField.Create(name, value)));

    /// <summary>The message with this body in place of its own: LF becomes CRLF, in UTF-8.</summary>
    public FilterTest WithBody(string text) => WithMessage(MessageParts.WithBody(_message.Message, WireMessage.ToWireLines(Encoding.UTF8.GetBytes(text))));

    /// <summary>The most octets of the body in one call of the filter, at least 1. Default: 65535, as MTAs do it.</summary>
    public FilterTest InChunksOf(int octets)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(octets, 1);
        return With(_message with { ChunkSize = octets });
    }

    /// <summary>The reverse-path of MAIL FROM; angle brackets are added. Empty is the null path.</summary>
    /// <param name="path">The address.</param>
    /// <param name="parameters">ESMTP parameters, such as <c>SMTPUTF8</c>.</param>
    public FilterTest From(string path, params string[] parameters) => With(_message with { ReversePath = InBrackets(path), Parameters = parameters });

    /// <summary>The recipients of RCPT TO, in place of those before; angle brackets are added. A filter may refuse one: see <see cref="FilterRun.RefusedRecipients"/>.</summary>
    /// <exception cref="ArgumentException">There is none: mail without recipients does not come to its end.</exception>
    public FilterTest To(params string[] recipients) =>
        recipients.Length > 0 ? With(_message with { Recipients = [.. recipients.Select(InBrackets)] }) : throw new ArgumentException("a message has a recipient", nameof(recipients));

    /// <summary>The SMTP client. By default 127.0.0.0/8 and ::1 are internal.</summary>
    /// <param name="address">Its address; null where the MTA does not know it.</param>
    /// <param name="name">The name that the MTA found for it.</param>
    /// <exception cref="FormatException">The address is none.</exception>
    public FilterTest Client(string? address, string name = "unknown") =>
        With(_message with { ClientAddress = address is null ? null : IPAddress.Parse(address), ClientName = name });

    /// <summary>The name in HELO or EHLO.</summary>
    public FilterTest Helo(string name) => With(_message with { Helo = name });

    /// <summary>The client has logged in.</summary>
    public FilterTest Authenticated(string user) => Macro("{auth_type}", "PLAIN").Macro("{auth_authen}", user);

    /// <summary>A macro of the MTA, with or without braces: <c>i</c>, <c>{daemon_name}</c>. The queue id, <c>i</c>, comes after the recipients, as Postfix gives it.</summary>
    public FilterTest Macro(string name, string value)
    {
        var key = name.Length > 1 && !name.StartsWith('{') ? $"{{{name}}}" : name;
        return With(_message with { Macros = new Dictionary<string, string>(_message.Macros) { [key] = value } });
    }

    /// <summary>Clients that are internal, in place of the host's default: addresses, networks, names, <c>.domain</c>, or one of these after <c>!</c>.</summary>
    /// <exception cref="FormatException">One is none of these.</exception>
    public FilterTest Internal(params string[] hosts) => With(_bench with { Internal = [.. hosts.Select(HostPattern.Parse)] });

    /// <summary>
    /// Records for <see cref="IDnsResolver"/>, in the format of zone files (RFC 1035 §5.1): <c>s._domainkey.example.com. TXT "v=DKIM1; p=…"</c>. Each call adds to those before.
    /// Without records no name exists. A resolver that is given as a service takes the place of all of them.
    /// </summary>
    public FilterTest WithZone(string records) => With(_bench with { Zone = $"{_bench.Zone}\n$ORIGIN .\n{records}" });

    /// <summary>Questions for a name end so: <see cref="DnsOutcome.Timeout"/>, <see cref="DnsOutcome.ServerFailure"/>, whatever the zone has.</summary>
    /// <exception cref="FormatException">The name is none.</exception>
    public FilterTest WithDnsFailure(string name, DnsOutcome outcome) =>
        With(_bench with { DnsFailures = new Dictionary<DomainName, DnsOutcome>(_bench.DnsFailures) { [DomainName.Parse(name)] = outcome } });

    /// <summary>A service that the filter asks for, such as <c>ISigningKeyStore</c>. It is called through the host's own proxy: what it throws reaches the filter as <see cref="ServiceFaultException"/>.</summary>
    /// <typeparam name="TContract">The contract.</typeparam>
    /// <param name="service">The service; it is not disposed.</param>
    public FilterTest WithService<TContract>(TContract service)
        where TContract : class => With(_bench with { Services = new Dictionary<Type, object>(_bench.Services) { [typeof(TContract)] = service } });

    /// <summary>A store with signing keys for these domains; their records are in the zone.</summary>
    public FilterTest WithSigningKeys(params string[] domains) => WithSigningKeys(new TestKeyStore(domains));

    /// <summary>This store, which may be slow or broken; the records of its keys are in the zone.</summary>
    public FilterTest WithSigningKeys(TestKeyStore store) => WithService<ISigningKeyStore>(store).WithZone(store.Zone);

    /// <summary>Another plugin, with a table of its own: its filters stand before the filter under test, its services are there to be used. Several calls add up, in their order.</summary>
    public FilterTest WithPlugin<TPlugin>(string settings = "")
        where TPlugin : FilterPlugin, new() => With(_bench with { Before = [.. _bench.Before, PluginTable.OfText<TPlugin>(settings)] });

    /// <summary>An earlier filter has published these results.</summary>
    public FilterTest WithResultsBefore(params AuthenticationResult[] results) =>
        With(_bench with { Before = [.. _bench.Before, PluginTable.OfRecord(new GivenResultsPlugin(), new GivenResults(results))] });

    /// <summary>The listener only observes. The run still has the verdict and the edits; what an MTA hears in their place is the host's part.</summary>
    public FilterTest Observed() => With(_bench with { IsObserved = true });

    /// <summary>The time of the run. Only the time of day stands still: time limits go on.</summary>
    public FilterTest At(DateTimeOffset time) => WithClock(new FixedClock(time));

    /// <summary>The clock of host and plugin. One that stands still stops time limits too.</summary>
    public FilterTest WithClock(TimeProvider clock) => With(_bench with { Clock = clock });

    /// <summary>
    /// The messages go over a real socket: frames and negotiation are those of an MTA, and what is delivered is what the MTA makes of the edits that it was told. Everything else stays the same.
    /// </summary>
    public FilterTest OverSocket() => With(_bench with { IsOverSocket = true });

    /// <summary>What follows describes another message on the same connection; it begins as a copy of the one before. Run all with <see cref="RunAllAsync"/>.</summary>
    public FilterTest Next() => new(_bench, [.. _earlier, new SentMessage(_message, _delay)], _message, TimeSpan.Zero);

    /// <summary>This much time of day passes before the message is sent. Nothing waits, and time limits do not notice.</summary>
    public FilterTest Later(TimeSpan delay) => new(_bench, _earlier, _message, _delay + delay);

    /// <summary>Starts the plugins as the host does, sends the one message, and stops them. All that the filter was given is overwritten before this returns.</summary>
    /// <exception cref="StartRefusedException">The host would not start: the settings, the plugin's own check, the order of filters, a missing service.</exception>
    /// <exception cref="InvalidOperationException">There are several messages.</exception>
    public async Task<FilterRun> RunAsync() =>
        _earlier.Count == 0 ? (await RunAllAsync().ConfigureAwait(false))[0] : throw new InvalidOperationException($"there are several messages: use {nameof(RunAllAsync)}");

    /// <summary>Starts the plugins as the host does, sends all messages in a row on one connection, and stops the plugins.</summary>
    /// <returns>One run for each message, in their order.</returns>
    /// <exception cref="StartRefusedException">As <see cref="RunAsync"/>.</exception>
    public async Task<IReadOnlyList<FilterRun>> RunAllAsync()
    {
        using var host = new TestHost(_bench);
        return await host.RunAsync([.. _earlier, new SentMessage(_message, _delay)]).ConfigureAwait(false);
    }

    private static FilterTest Of(PluginTable table) => new(new TestBench(table), [], new MessageInput
    {
        Message = WireMessage.ToWireLines(Encoding.UTF8.GetBytes(DefaultMessage)),
        ClientAddress = IPAddress.Parse("192.0.2.1"),
        ClientName = "mail.example.com",
        Helo = "mail.example.com",
        ReversePath = "<alice@example.com>",
        Recipients = ["<bob@example.net>"],
        Macros = new Dictionary<string, string> { ["j"] = "mx.example.net", ["i"] = "4ABCDE1234" },
    }, TimeSpan.Zero);

    private static string InBrackets(string path) => path.StartsWith('<') ? path : $"<{path}>";

    private FilterTest With(MessageInput message) => new(_bench, _earlier, message, _delay);

    private FilterTest With(TestBench bench) => new(bench, _earlier, _message, _delay);
}
