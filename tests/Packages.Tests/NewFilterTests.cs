using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using FilterHost.EndToEnd.Tests.Harness;
using FilterHost.Tests;

namespace FilterHost.Packages.Tests;

/// <summary>README.md, "Write a filter", done by the letter in an empty folder.</summary>
public sealed partial class NewFilterTests(PackageFeed feed, ITestOutputHelper output)
{
    [Fact]
    public async Task The_steps_of_the_README_lead_to_a_filter_that_changes_a_message_which_Postfix_delivers()
    {
        Machine.Require("/usr/sbin/postfix", "/bin/bash");
        var folder = feed.NewFolder();
        var port = Machine.FreePort().ToString(CultureInfo.InvariantCulture);
        var steps = Steps(0);
        var host = new Terminal((await feed.SdkForAsync("filter-author")).Start(folder, "/bin/bash", "-c", Script(steps, port)));
        await using (host)
        {
            await host.HasPrintedAsync("listening on");
            Report(host.Text(), steps);
            Assert.Contains("0 Warning(s)", host.Text(), StringComparison.Ordinal);
            Assert.Contains("succeeded: 1", host.Text(), StringComparison.Ordinal);
            Assert.Contains("X-Greeting: Good morning", host.Text(), StringComparison.Ordinal);
            Assert.Equal(["MyFilter.deps.json", "MyFilter.dll", "MyFilter.pdb", "MyFilter.runtimeconfig.json"],
                Directory.GetFiles(Path.Combine(folder, "MyFilter/MyFilter/bin/Debug/MyFilter")).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal));
            await SendThroughPostfixAsync(Milter().Replace("8891", port, StringComparison.Ordinal));
        }
    }

    private async Task SendThroughPostfixAsync(string milter)
    {
        var clock = Stopwatch.StartNew();
        using var sink = new SmtpSink();
        await using var postfix = await PostfixInstance.StartAsync(milter, sink.Port);
        const string marker = "the first message";
        Assert.StartsWith("250", await SmtpClient.SendAsync(postfix.Port, $"From: a@example.com\r\nTo: b@example.net\r\nSubject: {marker}\r\n\r\nHello\r\n"), StringComparison.Ordinal);
        Assert.Equal(["Good morning"], (await sink.ReceiveAsync(marker, postfix.Log)).Fields("X-Greeting"));
        output.WriteLine($"{clock.Elapsed.TotalSeconds,6:0.0} s  delivered by Postfix with {milter}");
    }

    // The port is the one thing that is not the README's: another program may have it.
    private static string Script(string[] steps, string port) => string.Join('\n', steps.SelectMany(step => step.StartsWith("dotnet run", StringComparison.Ordinal)
        ? [$"sed -i s/8891/{port}/ filterhost.toml", $"echo 'STEP {step}' $EPOCHREALTIME", step]
        : new[] { $"echo 'STEP {step}' $EPOCHREALTIME", $"{step} || exit 1" }));

    private void Report(string text, string[] steps)
    {
        var starts = StepLine().Matches(text).Select(match => (Step: match.Groups[1].Value, Time: double.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture))).ToList();
        Assert.Equal(steps, starts.Select(start => start.Step));
        starts.Add(("", TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0));
        foreach (var (step, next) in starts.Zip(starts.Skip(1)))
            output.WriteLine($"{next.Time - step.Time,6:0.0} s  {step.Step}");
        output.WriteLine($"{starts[^1].Time - starts[0].Time,6:0.0} s  in all");
    }

    private static string Section() =>
        File.ReadAllText(Path.Combine(ConformanceData.RepositoryRoot, "README.md")).Split("\n## ").Single(section => section.StartsWith("Write a filter\n", StringComparison.Ordinal));

    private static string[] Steps(int block) => Block().Matches(Section())[block].Groups[1].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static string Milter() => PostfixLine().Match(Section()).Groups[1].Value;

    [GeneratedRegex(@"```sh\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(@"smtpd_milters=(\S+)")]
    private static partial Regex PostfixLine();

    [GeneratedRegex(@"^STEP (.*) ([0-9.]+)$", RegexOptions.Multiline)]
    private static partial Regex StepLine();
}
