using System.Net;
using System.Text;
using FilterHost.Hosting.Configuration;
using FilterHost.Hosting.Foreign;
using FilterHost.Hosting.Pipeline;
using FilterHost.Hosting.Plugins;
using FilterHost.Hosting.Tests.Pipeline;
using FilterHost.Milter;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace FilterHost.Hosting.Tests.Foreign;

/// <summary>The shipped pipeline with a milter among its members, in memory towards the MTA, over a socket towards the milter.</summary>
internal sealed class ForeignPipeline : IAsyncDisposable
{
    public const string Message = "Received: from a\r\nFrom: a@example.com\r\nSubject: one\r\nSubject: two\r\n\tfolded\r\nTo: b@example.net\r\n\r\nhello\r\nworld\r\n";

    private readonly List<PipelineMember> _members = [];
    private readonly List<ConnectionMember> _connectionMembers = [];
    private InMemoryConnection? _connection;

    /// <summary>What the host does about results.</summary>
    public ResultsPolicy Results { get; init; } = new() { AuthservId = "mx.example.net" };

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public PipelineLimits Limits { get; init; } = new() { KeepsEveryBody = true, PoisonBuffers = true };

    public ILogger Log { get; init; } = NullLogger.Instance;

    /// <summary>The message with other macros, recipients and so on.</summary>
    public MessageInput Input { get; init; } = new()
    {
        Message = Encoding.UTF8.GetBytes(Message),
        ClientAddress = IPAddress.Parse("192.0.2.1"),
        ClientName = "client.example.com",
        Helo = "client.example.com",
        ReversePath = "<a@example.com>",
        Parameters = ["SIZE=100"],
        Recipients = ["<b@example.net>"],
        Macros = new Dictionary<string, string> { ["j"] = "mx.example.net", ["{daemon_name}"] = "smtpd", ["i"] = "4ABC", ["{auth_authen}"] = "" },
    };

    public static MilterSettings SettingsFor(string socket)
    {
        Assert.True(MilterAddress.TryParse(socket, out var address, out var problem), problem);
        return new MilterSettings { Socket = address, ConnectTimeout = TimeSpan.FromSeconds(5), CommandTimeout = TimeSpan.FromSeconds(5), ContentTimeout = TimeSpan.FromSeconds(5) };
    }

    /// <summary>A pipeline of the milter alone.</summary>
    public static ForeignPipeline Of(ScriptedMilter milter, Func<MilterSettings, MilterSettings>? with = null, OnError onError = OnError.Tempfail) =>
        new ForeignPipeline().Add(milter, with, onError);

    public ForeignPipeline Add(ScriptedMilter milter, Func<MilterSettings, MilterSettings>? with = null, OnError onError = OnError.Tempfail) =>
        Add("foreign", new MilterPlugin(), with is null ? SettingsFor(milter.Socket) : with(SettingsFor(milter.Socket)), onError, milter.Time);

    public ForeignPipeline Add(string name, ScriptedFilter.Script script) => Add(name, new ScriptedFilter.Plugin(), script, OnError.Tempfail);

    public ForeignPipeline Add<TSettings>(string name, FilterPlugin<TSettings> plugin, TSettings settings, OnError onError, TimeProvider? time = null)
        where TSettings : class
    {
        var instance = PluginInstance.Configure(name, "Milter", plugin, settings, Path.GetTempPath(), NullLoggerFactory.Instance, time ?? TimeProvider.System);
        instance.Build(_ => throw new InvalidOperationException("no services here"));
        var guard = new FilterGuard(instance, onError, null);
        _connectionMembers.AddRange(instance.ConnectionFilters.Select(filter => new ConnectionMember(instance, filter, guard)));
        _members.AddRange(instance.Filters.Select(filter => new PipelineMember(instance, filter, guard)));
        return this;
    }

    public FilterPipeline Build() => new("test", _connectionMembers, _members, Limits, Results, Log, Time);

    /// <summary>Sends the message, or the next one, on the same connection.</summary>
    public Task<MessageOutput> SendAsync(Func<MessageInput, MessageInput>? with = null)
    {
        _connection ??= new InMemoryConnection(Build(), Log, Time);
        return _connection.SendAsync(with is null ? Input : with(Input));
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection is not null)
            await _connection.DisposeAsync();
    }
}
