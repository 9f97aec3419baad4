using System.CommandLine;
using System.Runtime.InteropServices;
using FilterHost.Checks;
using FilterHost.Daemon;
using FilterHost.Hosting;
using FilterHost.Hosting.Configuration;
using FilterHost.Hosting.Server;
using Microsoft.Extensions.Logging;

namespace FilterHost.Commands;

/// <summary><c>filterhost run</c>, the default.</summary>
internal static class RunCommand
{
    // SIGUSR1 of Linux.
    private const int UserSignal = 10;

    /// <summary>The command line of the import that wrote the settings file, a word at a time: a reload goes back to what was imported.</summary>
    public static Option<string[]> Imported { get; } = new("--imported") { Hidden = true };

    public static Command Create()
    {
        var command = new Command("run", "Run the host in the foreground until SIGTERM or SIGINT (the default).") { Imported };
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
        await using var preparation = Preparation.ReadSettings(arguments, isHost: true);
        var (settings, problems) = (preparation.Settings, preparation.Problems);
        SocketCheck.Run(settings, problems);
        // What only root may do comes first; who the host is to be loads the plugins and reads the keys, so that a reload can do the same.
        using var sockets = settings is null || problems.HasErrors
            ? null
            : await ListenerSockets.OpenAsync(settings.Listeners, settings.Host, Environment.GetEnvironmentVariable, FutureUser(settings), stop);
        using var pidFile = sockets is { Problems.Count: 0 } ? PidFile.Write(settings!, problems) : null;
        await preparation.BuildAsync(stop);
        preparation.PrintProblems();
        var logger = preparation.Loggers.CreateLogger("FilterHost");
        // Nobody may see standard error then.
        foreach (var problem in settings?.Host.LogTarget == LogTarget.Syslog ? problems.Ordered() : [])
            logger.Log(problem.Severity == ProblemSeverity.Error ? LogLevel.Critical : LogLevel.Warning, "{Problem}", problem);
        if (preparation.Generation is not { } generation || sockets is null || problems.HasErrors)
            return ExitCode.Configuration;
        if (settings!.Host.User is null && ProcessIdentity.IsRoot)
            logger.LogWarning("the host runs as root, and so does every plugin; name an account of its own with `user`");
        await using var systemd = SystemdSupervisor.Find(Environment.GetEnvironmentVariable, TimeProvider.System);
        using var host = new MailFilterHost(preparation.Catalog(), new RunningSettings(ReadAgain(arguments), preparation.Threshold), systemd, preparation.Loggers);
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Reload);
        // OpenDKIM's signal for it.
        using var user = PosixSignalRegistration.Create((PosixSignal)UserSignal, Reload);
        return await host.RunAsync(settings, generation, sockets, stop) switch
        {
            HostOutcome.Stopped => ExitCode.Ok,
            HostOutcome.AddressInUse => ExitCode.Temporary,
            HostOutcome.CannotListen => ExitCode.Configuration,
            HostOutcome.CannotStart => ExitCode.Configuration,
            var outcome => throw new InvalidOperationException($"unknown outcome {outcome}"),
        };

        // Its report is in the log.
        void Reload(PosixSignalContext context)
        {
            context.Cancel = true;
            _ = host.ReloadAsync(stop);
        }
    }

    private static Func<ProblemList, LoadedSettings?> ReadAgain(ParseResult arguments)
    {
        var path = SettingsFile.Find(arguments.GetValue(CommandLine.Config))!;
        return arguments.GetValue(Imported) is { Length: > 0 } import ? problems => ImportCommand.ReadAgain(import, path, problems) : problems => Preparation.Read(path, problems);
    }

    // What is wrong with it is said when it is to become so.
    private static ServiceUser? FutureUser(LoadedSettings settings) => ProcessIdentity.IsRoot ? ServiceUser.Find(settings, new ProblemList()) : null;
}
