using System.Diagnostics;
using System.Text.Json;
using FilterHost.Hosting.Configuration;
using FilterHost.Hosting.Generations;
using FilterHost.Hosting.Pipeline;
using FilterHost.Hosting.Plugins;
using Microsoft.Extensions.Logging;

namespace FilterHost.Hosting.Isolation;

/// <summary>The worker's side of <c>isolation = "process"</c>: one filter, with services of its own, for a host that gives orders through standard input and hears answers and the log on standard output.</summary>
internal static class Worker
{
    /// <summary>The second line of the host.</summary>
    public const string StartWord = "start";

    // The host keeps the time, and kills.
    private static readonly TimeSpan NoLimit = TimeSpan.FromDays(1);
    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(2);

    /// <summary>Works until the input ends, which it does when the host stops the worker, and when the host dies.</summary>
    public static async Task RunAsync(Stream input, Stream output)
    {
        using var lines = new StreamReader(input);
        if (await lines.ReadLineAsync().ConfigureAwait(false) is not { } line || JsonSerializer.Deserialize<WorkerOrder>(line, WorkerJson.Options) is not { } order)
            return;
        using var log = new WorkerLog(output);
        using var loggers = LoggerFactory.Create(logging => logging.SetMinimumLevel(order.LogLevel).AddProvider(log));
        var problems = new ProblemList();
        var settings = order.ToSettings(problems);
        var catalog = new PluginCatalog(settings.Host.PluginDirectories, settings.Host.StateDirectory, loggers.CreateLogger("FilterHost.Plugins"));
        var generation = await new GenerationBuilder(settings, catalog, problems, loggers, TimeProvider.System) { Only = order.Filter }
            .BuildAsync(CancellationToken.None, order.RunsChecks).ConfigureAwait(false);
        if (generation is null)
        {
            log.Answer(new WorkerAnswer { Problems = problems.Ordered() });
            await log.CloseAsync().ConfigureAwait(false);
            return;
        }
        await using (generation.ConfigureAwait(false))
        {
            var filter = generation.Instances.Single(instance => instance.Filters.Count + instance.ConnectionFilters.Count > 0);
            log.Answer(WorkerTraits.Of(filter) with { IsGood = true, Problems = problems.Ordered() });
            if (await lines.ReadLineAsync().ConfigureAwait(false) == StartWord && await StartAsync(generation, log).ConfigureAwait(false))
                await ServeAsync(PipelineOf(filter, order, settings, loggers), order, lines, log, loggers).ConfigureAwait(false);
        }
        await log.CloseAsync().ConfigureAwait(false);
    }

    private static async Task<bool> StartAsync(Generation generation, WorkerLog log)
    {
        try
        {
            await generation.StartAsync(CancellationToken.None).ConfigureAwait(false);
            await generation.WarmUpAsync(CancellationToken.None).ConfigureAwait(false);
            return true;
        }
        catch (Exception exception)
        {
            log.Answer(new WorkerAnswer { Problems = [new Problem(ProblemSeverity.Error, $"a plugin failed to start: {exception}", null)] });
            return false;
        }
    }

    private static async Task ServeAsync(FilterPipeline pipeline, WorkerOrder order, StreamReader lines, WorkerLog log, ILoggerFactory loggers)
    {
        using var listener = new WorkerListener(pipeline, order.Token, loggers.CreateLogger("FilterHost"));
        listener.Listen(order.Socket);
        log.Answer(new WorkerAnswer { IsGood = true });
        using var stop = new CancellationTokenSource();
        var serving = listener.ServeAsync(stop.Token);
        // On a thread of its own: it works when the filter has taken all others.
        var end = new Thread(() => EndWith(lines, stop, order.StopDeadline)) { IsBackground = true, Name = "filterhost-worker-input" };
        end.Start();
        await serving.ConfigureAwait(false);
    }

    private static void EndWith(StreamReader lines, CancellationTokenSource stop, TimeSpan deadline)
    {
        while (lines.ReadLine() is not null)
        {
            // The host says nothing more.
        }
        stop.Cancel();
        using var never = new ManualResetEventSlim();
        never.Wait(deadline + StopGrace);
        // Whatever still runs here does not end by itself.
        Process.GetCurrentProcess().Kill();
    }

    private static FilterPipeline PipelineOf(PluginInstance filter, WorkerOrder order, LoadedSettings settings, ILoggerFactory loggers)
    {
        var table = settings.Instances.Single(instance => instance.TableName == order.Filter);
        var guard = new FilterGuard(filter, table.Host.OnError, null) { FaultMark = order.Token };
        var limits = new PipelineLimits
        {
            CommandBudget = NoLimit,
            EndOfMessageBudget = NoLimit,
            ProgressInterval = NoLimit,
            MaximumHeaderSize = order.MaximumHeaderSize,
            MaximumHeaderFields = order.MaximumHeaderFields,
            BodyMemory = order.BodyMemory,
            BodyBudget = new BodyBudget { Total = order.BodyMemoryTotal },
            TemporaryDirectory = order.TempDirectory,
        };
        return new FilterPipeline(
            order.Filter,
            [.. filter.ConnectionFilters.Select(registration => new ConnectionMember(filter, registration, guard))],
            [.. filter.Filters.Select(registration => new PipelineMember(filter, registration, guard))],
            limits,
            new ResultsPolicy { Cleans = false },
            loggers.CreateLogger("FilterHost.Pipeline"),
            TimeProvider.System)
        {
            IsWorker = true,
        };
    }
}
