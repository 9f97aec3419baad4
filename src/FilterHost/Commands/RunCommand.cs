using System.CommandLine;
using System.Runtime.InteropServices;
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
        await using var preparation = await Preparation.CreateAsync(arguments, cancellationToken);
        preparation.PrintProblems();
        if (preparation.Generation is not { } generation)
            return ExitCode.Configuration;
        using var stop = new CancellationTokenSource();
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        return await MailFilterHost.RunAsync(preparation.Settings!, generation, preparation.Loggers, stop.Token) switch
        {
            HostOutcome.Stopped => ExitCode.Ok,
            HostOutcome.AddressInUse => ExitCode.Temporary,
            HostOutcome.CannotListen => ExitCode.Configuration,
            HostOutcome.CannotStart => ExitCode.Configuration,
            var outcome => throw new InvalidOperationException($"unknown outcome {outcome}"),
        };

        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.Cancel();
        }
    }
}
