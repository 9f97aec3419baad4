using System.Text;
using FilterHost.Hosting.Configuration;
using FilterHost.Hosting.Foreign;
using FilterHost.Hosting.Plugins;
using Microsoft.Extensions.Logging;

namespace FilterHost.Hosting.Isolation;

/// <summary>Makes the instance of a table whose filter runs in a worker. None of the plugin's code is loaded here: what it declares, and what is wrong with its settings, the worker says.</summary>
internal static class IsolatedInstance
{
    // sun_path holds 108 octets with the NUL.
    private const int LongestFolder = 100;

    public static async Task<PluginInstance?> ConfigureAsync(
        InstanceSettings table, LoadedSettings settings, bool runsChecks, ProblemList problems, ILoggerFactory loggers, TimeProvider time, CancellationToken cancel)
    {
        if (table.Plugin == MilterPlugin.Name)
        {
            problems.Error("a milter is another process already", table.Table.Locate("isolation"));
            return null;
        }
        var folder = FolderIn(settings.Host.TempDirectory);
        var worker = new IsolatedWorker(
            table.Name,
            WorkerOrder.Of(table, settings, Path.Combine(folder.FullName, "s"), runsChecks),
            new WorkerLimits(table.Host.IsolationMemory.Octets, table.Host.IsolationCpu),
            folder, loggers, time);
        if (await PrepareAsync(worker, table, problems, cancel).ConfigureAwait(false) is { } answer)
        {
            return PluginInstance.Configure(
                table.Name, table.Plugin, new IsolatedPlugin(answer), worker, Path.Combine(settings.Host.StateDirectory.FullName, "data", table.TableName), loggers, time);
        }
        await worker.DisposeAsync().ConfigureAwait(false);
        return null;
    }

    private static async Task<WorkerAnswer?> PrepareAsync(IsolatedWorker worker, InstanceSettings table, ProblemList problems, CancellationToken cancel)
    {
        try
        {
            var answer = await worker.PrepareAsync(cancel).ConfigureAwait(false);
            foreach (var problem in answer.Problems)
                problems.Add(problem);
            return answer.IsGood ? answer : null;
        }
        catch (IOException exception)
        {
            problems.Error($"plugin {table.Plugin} does not start in a worker process: {exception.Message}", table.Table.Locate("plugin"));
            return null;
        }
    }

    // Mode 0700 and a name of its own, wherever it is.
    private static DirectoryInfo FolderIn(DirectoryInfo parent)
    {
        var path = Path.Combine(parent.FullName, $"worker-{Path.GetRandomFileName()}");
        return Encoding.UTF8.GetByteCount(path) > LongestFolder
            ? Directory.CreateTempSubdirectory("filterhost-")
            : Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
