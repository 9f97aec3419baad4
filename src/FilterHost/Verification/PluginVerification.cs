using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using FilterHost.Hosting.Configuration;
using FilterHost.Hosting.Pipeline;
using FilterHost.Hosting.Plugins;
using Microsoft.Extensions.Logging.Abstractions;

namespace FilterHost.Verification;

/// <summary>Verifies a plugin's folder step by step. What cannot go on after a failure is left out.</summary>
/// <param name="plugin">The folder.</param>
/// <param name="settings">The lines of its table, or their file; null for none.</param>
/// <param name="report">Takes the steps.</param>
/// <param name="log">Takes what plugin and host say.</param>
/// <param name="work">A folder for the copy that is loaded and for what the plugin writes.</param>
internal sealed class PluginVerification(PluginFiles plugin, string? settings, VerificationReport report, VerificationLog log, DirectoryInfo work)
{
    // Beyond every budget of a stage: what is not back by then does not come back.
    private static readonly TimeSpan LongestMessage = TimeSpan.FromSeconds(120);

    // As long as a running host waits before it names a plugin that stays.
    private static readonly TimeSpan LongestUnload = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>True where the settings are wrong or lacking, which is no fault of the plugin.</summary>
    public bool AreSettingsWrong { get; private set; }

    /// <summary>Runs all steps.</summary>
    /// <param name="isWhole">False stops after the settings record: what must be right before a plugin is installed.</param>
    public async Task RunAsync(bool isWhole)
    {
        var contract = await report.RunAsync("contract and shared assemblies", CheckContract);
        await report.RunAsync("dependencies", () => DependencyCheck.Run(plugin));
        await report.RunAsync("native libraries", () => NativeLibraryCheck.Run(plugin));
        if (contract.Outcome is StepOutcome.Failed)
            return;
        PluginCode? code = null;
        await report.RunAsync("load from a copy", () => Load(out code));
        if (code is null)
            return;
        var (context, isPermanent) = (code.Context, code.IsPermanent);
        await UseAsync(code, isWhole);
        code.Release();
        code = null;
        if (isWhole)
            await report.RunAsync("unload", () => UnloadAsync(context, isPermanent));
    }

    private StepResult CheckContract()
    {
        var refusal = ContractCheck.Refusal(plugin.Name, plugin.Folder, log);
        var warnings = log.Take().Lines.Concat(ContractCheck.SharedAmong(plugin.Folder).Select(file => $"its own {file} is ignored, the host's is used: reference the contract without copying it")).ToArray();
        var text = $"built against {plugin.Contract ?? "no contract"}, the host has {Versions.Contract}";
        return refusal is not null ? StepResult.Failed($"plugin {plugin.Name} {refusal}", warnings) : warnings.Length > 0 ? StepResult.Warning(text, warnings) : StepResult.Ok(text);
    }

    private StepResult Load(out PluginCode? code)
    {
        // What it warns of has been said.
        var catalog = new PluginCatalog([], work, NullLogger.Instance);
        code = catalog.Load(plugin.Folder.FullName + "/", "/", out var problem);
        if (code is null)
            return StepResult.Failed(problem!);
        report.Version = code.Version;
        return StepResult.Ok($"version {code.Version}");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private async Task UseAsync(PluginCode code, bool isWhole)
    {
        await report.RunAsync("settings record", () => SettingsRecordReport.Run(code.SettingsType));
        if (isWhole && await CreateAsync(code) is { } instance)
            await UseAsync(instance);
    }

    private async Task UseAsync(VerifiedInstance instance)
    {
        var isUsable = (await report.RunAsync("its own check", () => GuardedAsync(async () => ProblemsOf(await instance.CheckAsync())))).Outcome is not StepOutcome.Failed;
        isUsable = isUsable && (await report.RunAsync("start", () => GuardedAsync(instance.StartAsync))).Outcome is not StepOutcome.Failed;
        if (isUsable)
            await report.RunAsync("warm-up", () => GuardedAsync(instance.WarmUpAsync));
        if (isUsable && instance.HasFilters)
            await SendAsync(instance);
        await report.RunAsync("stop", () => GuardedAsync(() => instance.DisposeAsync().AsTask()));
    }

    private async Task<VerifiedInstance?> CreateAsync(PluginCode code)
    {
        VerifiedInstance? instance = null;
        await report.RunAsync("settings and registrations", () => Create(code, out instance));
        return instance;
    }

    private StepResult Create(PluginCode code, out VerifiedInstance? instance)
    {
        instance = null;
        var problems = new ProblemList();
        var table = PluginSettings.Read(settings, plugin.Name, problems);
        var host = table is null ? null : PluginSettings.HostPart(table, problems);
        var bound = table is null ? null : new SettingsBinder().Bind(code.SettingsType, table, InstanceSettings.HostKeys, problems);
        try
        {
            if (host is not null && bound is not null)
                instance = VerifiedInstance.Create(code, table!, bound, host, Path.Combine(work.FullName, "data"), log);
        }
        catch (SettingException refusal)
        {
            problems.Error(refusal.Message, table!.Locate(refusal.Setting));
        }
        catch (Exception exception)
        {
            return StepResult.Failed($"the plugin cannot be built: {exception.GetBaseException().Message}");
        }
        if (instance is not null)
            return WithLog(instance.Registrations);
        AreSettingsWrong = true;
        return StepResult.Failed("the settings are wrong; --settings takes the lines of the plugin's table, or a file of them", [.. problems.Ordered().Select(problem => problem.ToString())]);
    }

    private async Task SendAsync(VerifiedInstance instance)
    {
        var pipeline = instance.Pipeline(work.FullName);
        foreach (var message in MessageBattery.All)
        {
            var (isBack, clock) = (true, Stopwatch.StartNew());
            await report.RunAsync($"message: {message.Name}", async () =>
            {
                // On another thread, since a filter may block the one that it is called on.
                var sending = Task.Run(() => SendAsync(pipeline, instance.Guard, message));
                isBack = await Task.WhenAny(sending, Task.Delay(LongestMessage)) == sending;
                return isBack ? await sending : StepResult.Failed("the filter blocks its thread; the messages after this one are left out", log.Take().Lines);
            });
            if (!isBack)
                return;
            // Another thirty would take as long each, and say the same.
            if (instance.Guard.Faults > 0 && clock.Elapsed > VerifiedInstance.LongestStage)
            {
                await report.RunAsync("the other messages", () => StepResult.Warning("left out, since this one took so long"));
                return;
            }
        }
    }

    private async Task<StepResult> SendAsync(FilterPipeline pipeline, FilterGuard guard, BatteryMessage message)
    {
        var inputs = message.Make();
        var (faults, allocated, clock) = (guard.Faults, GC.GetTotalAllocatedBytes(), Stopwatch.StartNew());
        var outputs = new List<MessageOutput>();
        await using (var connection = new InMemoryConnection(pipeline, log, TimeProvider.System))
        {
            foreach (var input in inputs)
                outputs.Add(await connection.SendAsync(input));
        }
        var (count, _, lines) = log.Take();
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"{string.Join(" and ", outputs.Select(WordsOf))}; {Some(outputs.Sum(output => output.Edits.Count), "edit")}, {clock.ElapsedMilliseconds} ms, {(GC.GetTotalAllocatedBytes() - allocated) / 1024} kB allocated");
        var faultsNow = guard.Faults - faults;
        return faultsNow > 0 ? StepResult.Failed($"{text}; {Some(faultsNow, "fault")}", lines) : count > 0 ? StepResult.Warning($"{text}; {Some(count, "warning")} in the log", lines) : StepResult.Ok(text);
    }

    private static string WordsOf(MessageOutput output)
    {
        var verdict = output.Reply.SmtpReply is { } reply ? $"{Commands.Words.Of(output.Outcome)} ({reply})" : Commands.Words.Of(output.Outcome);
        return output.RefusedRecipients.Count > 0 ? $"{verdict}, {Some(output.RefusedRecipients.Count, "recipient")} refused" : verdict;
    }

    private static string Some(long count, string word) => string.Create(CultureInfo.InvariantCulture, $"{count} {word}{(count == 1 ? "" : "s")}");

    private StepResult WithLog(string text)
    {
        var (count, errors, lines) = log.Take();
        return errors > 0 ? StepResult.Failed(text, lines) : count > 0 ? StepResult.Warning(text, lines) : StepResult.Ok(text);
    }

    private Task<StepResult> GuardedAsync(Func<Task> step) => GuardedAsync(async () =>
    {
        await step();
        return StepResult.Ok("");
    });

    private async Task<StepResult> GuardedAsync(Func<Task<StepResult>> step)
    {
        try
        {
            var result = await Task.Run(step).WaitAsync(LongestMessage);
            var logged = WithLog(result.Text);
            return logged.Outcome > result.Outcome ? logged : result;
        }
        catch (Exception exception)
        {
            return StepResult.Failed($"{exception.GetType().Name}: {exception.Message}", log.Take().Lines);
        }
    }

    // A defect of its surroundings is what a check is for; the plugin works.
    private static StepResult ProblemsOf(ProblemList problems)
    {
        var lines = problems.Ordered().Select(problem => problem.ToString()).ToArray();
        return problems.HasErrors ? StepResult.Failed("the host would not start", lines) : lines.Length > 0 ? StepResult.Warning("", lines) : StepResult.Ok("");
    }

    private static async Task<StepResult> UnloadAsync(WeakReference context, bool isPermanent)
    {
        if (isPermanent)
            return StepResult.Ok("the plugin says that it cannot unload: its code stays in memory until the host ends");
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < LongestUnload; await Task.Delay(Pause))
        {
            if (!UnloadWatch.IsAlive(context))
                return StepResult.Ok(string.Create(CultureInfo.InvariantCulture, $"the code has left memory after {clock.ElapsedMilliseconds} ms"));
        }
        return StepResult.Failed(
            $"the code is still in memory after {LongestUnload.TotalSeconds:0} s: a thread, timer, event handler or static cache of another assembly holds it. Each reload that renews the plugin costs its memory; "
            + "one that cannot help it says [assembly: CannotUnload(\"why\")]");
    }
}
