using System.CommandLine;
using System.Runtime.InteropServices;
using FilterHost.Checks;
using FilterHost.Hosting;

namespace FilterHost.Commands;

/// <summary><c>filterhost run</c>, the default.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var command = new Command("run", "Run the host in the foreground until SIGTERM or SIGINT (the default).");
        command.SetAction(RunAsync);
        return command;
    }

    public static async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        try
        {
            return await RunUntilAsync(arguments, stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Told to stop before it listened.
            return ExitCode.Ok;
        }

        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.Cancel();
        }
    }

    private static async Task<int> RunUntilAsync(ParseResult arguments, CancellationToken stop)
    {
        await using var preparation = await Preparation.CreateAsync(arguments, stop);
        SocketCheck.Run(preparation.Settings, preparation.Problems);
        preparation.PrintProblems();
        if (preparation.Generation is not { } generation || preparation.Problems.HasErrors)
            return ExitCode.Configuration;
        return await MailFilterHost.RunAsync(preparation.Settings!, generation, preparation.Loggers, stop) switch
        {
            HostOutcome.Stopped => ExitCode.Ok,
            HostOutcome.AddressInUse => ExitCode.Temporary,
            HostOutcome.CannotListen => ExitCode.Configuration,
            HostOutcome.CannotStart => ExitCode.Configuration,
            var outcome => throw new InvalidOperationException($"unknown outcome {outcome}"),
        };
    }
}
