using System.Globalization;
using System.Text;
using FilterHost.Hosting.Configuration;
using FilterHost.Logging;
using Microsoft.Extensions.Logging;

namespace FilterHost.Tests;

/// <summary>Where the log goes, and that mail does not wait for it.</summary>
public sealed class LogTests : IDisposable
{
    private const string NoSuchSocket = "[[listener]]\nsocket = \"systemd:mail\"\nfilters = []\n";

    private readonly Workplace _place = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string SyslogPath => Path.Combine(_place.Folder, "log");

    private string ToSyslog => $"log_target = \"syslog\"\nsyslog_socket = \"{SyslogPath}\"\n";

    public void Dispose() => _place.Dispose();

    [Fact]
    public async Task The_system_log_gets_priority_time_name_process_and_text()
    {
        using var syslog = new NotifySocket(SyslogPath);
        _place.With(ToSyslog + Samples.Nothing);
        using var host = _place.Launch(Workplace.Program, "run", "--config", _place.Settings);
        string line;
        while (!(line = await syslog.ReceiveAsync()).Contains("listening", StringComparison.Ordinal))
        {
        }
        Assert.Matches($@"^<22>[JFMASOND][a-z]{{2}} [ 1-3]\d \d\d:\d\d:\d\d filterhost\[{host.Id}\]: listening on unix:{_place.Folder}/s: no filters$", line);
        host.Kill();
    }

    [Fact]
    public async Task Facility_and_name_are_those_of_the_settings()
    {
        using var syslog = new NotifySocket(SyslogPath);
        (await _place.With(ToSyslog + "syslog_facility = \"local3\"\nsyslog_name = \"fh/out\"\n" + NoSuchSocket).RunAsync("run")).Expect(78);
        string line;
        while (!(line = await syslog.ReceiveAsync()).Contains("fatal", StringComparison.Ordinal))
        {
        }
        // 19 * 8 + 2.
        Assert.Matches(@"^<154>.* fh/out\[\d+\]: fatal: the service manager handed over no socket named 'mail'", line);
    }

    [Fact]
    public async Task What_is_wrong_with_the_settings_goes_to_the_system_log_too()
    {
        using var syslog = new NotifySocket(SyslogPath);
        (await _place.With(ToSyslog + Samples.Nothing + "oops = 1\n").RunAsync("run")).Expect(78).HasProblem("oops");
        Assert.Contains($"]: fatal: {_place.Settings}:6:1: listener[0].oops: ", await syslog.ReceiveAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_whose_system_log_is_away_says_so_and_leaves_its_lines_on_standard_error()
    {
        var ended = (await _place.With(ToSyslog + NoSuchSocket).RunAsync("run")).Expect(78);
        ended.HasProblem("the system log does not take lines at", SyslogPath);
        ended.HasProblemInLog("no socket named 'mail'");
    }

    [Fact]
    public async Task A_system_log_that_was_started_anew_is_found_again()
    {
        using var target = new SyslogTarget(SyslogPath, SyslogFacility.Mail, "x");
        using (var first = new NotifySocket(SyslogPath))
        {
            Assert.True(target.TryWrite(Line("one")));
            Assert.EndsWith(": one", await first.ReceiveAsync(), StringComparison.Ordinal);
        }
        File.Delete(SyslogPath);
        Assert.False(target.TryWrite(Line("two")));
        using var second = new NotifySocket(SyslogPath);
        Assert.True(target.TryWrite(Line("two")));
        Assert.EndsWith(": two", await second.ReceiveAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_day_below_ten_has_a_space_in_front_and_a_line_that_is_too_long_is_cut_between_characters()
    {
        using var target = new SyslogTarget(SyslogPath, SyslogFacility.Mail, "x");
        var packet = target.Packet(new LogLine(new DateTimeOffset(2026, 8, 3, 4, 5, 6, TimeSpan.Zero), LogLevel.Warning, string.Concat(Enumerable.Repeat("€", 4000))));
        Assert.InRange(packet.Length, 7990, 8000);
        var text = Encoding.UTF8.GetString(packet);
        Assert.StartsWith(string.Create(CultureInfo.InvariantCulture, $"<20>Aug  3 04:05:06 x[{Environment.ProcessId}]: €"), text, StringComparison.Ordinal);
        Assert.DoesNotContain('\uFFFD', text);
    }

    [Theory]
    [InlineData("a\r\nb\nc\u2028d", "a | b | c | d")]
    [InlineData("red \u001b[31m, \0, \u0085, \t", "red \\x1b[31m, \\x00,  | , \t")]
    [InlineData("Grüße", "Grüße")]
    public void A_value_can_neither_begin_a_line_nor_speak_to_a_terminal(string value, string expected) =>
        Assert.Equal($"error: {expected}", LineText.Of(LogLevel.Error, value, null));

    [Fact]
    public async Task A_log_that_is_stuck_holds_up_nobody_and_what_it_lost_is_counted()
    {
        var target = new StuckTarget();
        using (var queue = new LogQueue(target, new StderrTarget(), TimeProvider.System, capacity: 3))
        {
            var logger = queue.CreateLogger("");
            Write(logger, "0");
            // One is being written, three wait, six find no room.
            Assert.True(await target.IsWriting.WaitAsync(Workplace.Patience, Cancel));
            for (var i = 1; i < 10; i++)
                Write(logger, i.ToString(CultureInfo.InvariantCulture));
            Assert.Empty(target.Lines);
            target.Go.Set();
        }
        Assert.Equal(["0", "warning: 6 lines of the log were dropped, since it did not take them as fast as they came", "1", "2", "3"], target.Lines);
    }

    [Fact]
    public void What_the_log_has_not_taken_at_the_end_goes_to_the_last_resort()
    {
        var last = new StuckTarget();
        last.Go.Set();
        using (var queue = new LogQueue(new AwayTarget(), last, TimeProvider.System))
        {
            Write(queue.CreateLogger(""), "one");
            Write(queue.CreateLogger(""), "two");
        }
        Assert.Equal(["one", "two"], last.Lines);
    }

    [Fact]
    public async Task Lines_for_the_journal_begin_with_their_priority() =>
        Assert.StartsWith("<2>fatal: ", (await _place.With("log_target = \"journald\"\n" + NoSuchSocket).RunAsync("run")).Expect(78).ErrorLines[^1], StringComparison.Ordinal);

    [Theory]
    [InlineData("$(stat -L -c %d:%i /proc/self/fd/2)", "<2>fatal: ")]
    [InlineData("$(stat -L -c %d:%i /proc/self/fd/0)", "fatal: ")]
    [InlineData("", "fatal: ")]
    public async Task Standard_error_that_is_the_journal_is_known_by_its_inode(string stream, string expected)
    {
        _place.With(NoSuchSocket);
        using var host = _place.Launch("/bin/sh", "-c", $"JOURNAL_STREAM=\"{stream}\" exec {Workplace.Program} run --config {_place.Settings}");
        var lines = (await host.StandardError.ReadToEndAsync(Cancel)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.StartsWith(expected, lines[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a[1]: b")]
    public async Task A_name_that_would_end_the_tag_is_an_error(string name) =>
        (await _place.With($"syslog_name = \"{name}\"\n" + Samples.Nothing).RunAsync("check")).Expect(78).HasProblem(":1:1: syslog_name: expected 1 to 32 letters");

    [Fact]
    public async Task Rsyslog_takes_the_lines_with_name_process_and_facility()
    {
        const string rsyslog = "/usr/sbin/rsyslogd";
        if (!File.Exists(rsyslog))
            Assert.Skip($"there is no {rsyslog}");
        var file = Path.Combine(_place.Folder, "mail.log");
        _place.Write("rsyslog.conf", $$"""
            global(workDirectory="{{_place.Folder}}")
            module(load="imuxsock" SysSock.Use="off")
            input(type="imuxsock" Socket="{{SyslogPath}}")
            template(name="t" type="string" string="%syslogfacility-text% %syslogseverity-text% %syslogtag% %msg%\n")
            mail.* action(type="omfile" file="{{file}}" template="t")
            """);
        using var daemon = _place.Launch(rsyslog, "-n", "-f", Path.Combine(_place.Folder, "rsyslog.conf"), "-i", Path.Combine(_place.Folder, "rsyslog.pid"));
        try
        {
            await UntilAsync(() => File.Exists(SyslogPath));
            using var target = new SyslogTarget(SyslogPath, SyslogFacility.Mail, "filterhost");
            Assert.True(target.TryWrite(Line("4F2A1: accepted: ünï")));
            await UntilAsync(() => File.Exists(file) && File.ReadAllText(file).EndsWith('\n'));
            Assert.Equal($"mail info filterhost[{Environment.ProcessId}]:  4F2A1: accepted: ünï\n", await File.ReadAllTextAsync(file, Cancel));
        }
        finally
        {
            daemon.Kill();
            await daemon.WaitForExitAsync(CancellationToken.None);
        }
    }

    private static LogLine Line(string text) => new(TimeProvider.System.GetLocalNow(), LogLevel.Information, text);

    private static void Write(ILogger logger, string text) => logger.Log(LogLevel.Information, default, text, null, (state, _) => state);

    private static async Task UntilAsync(Func<bool> condition)
    {
        for (var clock = TimeProvider.System.GetTimestamp(); !condition();)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(clock) < Workplace.Patience);
            await Task.Delay(20, Cancel);
        }
    }

    private sealed class StuckTarget : ILogTarget
    {
        public SemaphoreSlim IsWriting { get; } = new(0);

        public ManualResetEventSlim Go { get; } = new();

        public List<string> Lines { get; } = [];

        public bool TryWrite(LogLine line)
        {
            IsWriting.Release();
            Go.Wait(Cancel);
            Lines.Add(line.Text);
            return true;
        }

        public void Dispose()
        {
            // The test looks at it afterwards.
        }
    }

    private sealed class AwayTarget : ILogTarget
    {
        public bool TryWrite(LogLine line) => false;

        public void Dispose()
        {
            // Nothing to give back.
        }
    }
}
