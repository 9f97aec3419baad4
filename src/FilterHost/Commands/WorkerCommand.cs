using System.CommandLine;
using System.Runtime.InteropServices;
using FilterHost.Hosting.Isolation;

namespace FilterHost.Commands;

/// <summary><c>filterhost worker</c>: what the host runs for <c>isolation = "process"</c>. Nobody else calls it.</summary>
internal static class WorkerCommand
{
    // Who stops the host may send its signal to every process of the service: the worker is needed until the host is done with it.
    private static readonly PosixSignal[] OfHost = [PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGQUIT, PosixSignal.SIGHUP];

    public static Command Create()
    {
        var command = new Command("worker", "Run one filter for a host (isolation = \"process\").") { Hidden = true };
        command.SetAction(async (_, _) => await RunAsync());
        return command;
    }

    private static async Task<int> RunAsync()
    {
        if (!Console.IsInputRedirected)
        {
            await Console.Error.WriteLineAsync("filterhost: the host itself starts its workers");
            return ExitCode.Usage;
        }
        var registrations = OfHost.Select(signal => PosixSignalRegistration.Create(signal, context => context.Cancel = true)).ToArray();
        await using var output = Console.OpenStandardOutput();
        // What a plugin prints must not stand between the answers.
        Console.SetOut(Console.Error);
        await using var input = Console.OpenStandardInput();
        await Worker.RunAsync(input, output);
        foreach (var registration in registrations)
            registration.Dispose();
        return ExitCode.Ok;
    }
}
