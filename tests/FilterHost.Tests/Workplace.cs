using System.Diagnostics;
using System.Globalization;

namespace FilterHost.Tests;

/// <summary>A folder of a test's own with a settings file, and the built program run on it.</summary>
internal sealed class Workplace : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fhcmd");

    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(120);

    public static string Program { get; } = Path.Combine(ConformanceData.RepositoryRoot, "artifacts/host/debug/filterhost");

    public static string TestPlugins { get; } = Path.Combine(ConformanceData.RepositoryRoot, "artifacts/tests/debug/plugins");

    public string Folder => _folder.FullName;

    /// <summary>Added to the program's environment.</summary>
    public Dictionary<string, string> Environment { get; } = [];

    public string Settings => Path.Combine(Folder, "filterhost.toml");

    public string Write(string name, string text)
    {
        var path = Path.Combine(Folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!, OwnerOnly | UnixFileMode.UserExecute);
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, OwnerOnly);
        return path;
    }

    /// <summary>Writes the settings file.</summary>
    public Workplace With(string settings)
    {
        Write("filterhost.toml", settings);
        return this;
    }

    /// <summary>Lets everybody enter and read the folder, but not what is in it.</summary>
    public Workplace Open()
    {
        File.SetUnixFileMode(Folder, OwnerOnly | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        return this;
    }

    /// <summary>Runs a command with the settings file to its end.</summary>
    public Task<Ended> RunAsync(params string[] arguments) => RunBareAsync([.. arguments, "--config", Settings]);

    /// <summary>Runs a command with the settings file as a user who owns nothing, where the tests run as root; else as their own user.</summary>
    public Task<Ended> RunAsNobodyAsync(params string[] arguments)
    {
        if (!System.Environment.IsPrivilegedProcess)
            return RunAsync(arguments);
        // The folder and the settings are for everybody; the state is that user's own, below it.
        Open();
        File.SetUnixFileMode(Settings, OwnerOnly | UnixFileMode.OtherRead);
        var state = Directory.CreateDirectory(Path.Combine(Folder, "state"));
        File.SetUnixFileMode(state.FullName, OwnerOnly | UnixFileMode.UserExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute | UnixFileMode.StickyBit);
        Environment["STATE_DIRECTORY"] = Path.Combine(state.FullName, "own");
        return FinishAsync(Start("/usr/bin/setpriv", ["--reuid=nobody", "--regid=nogroup", "--clear-groups", Program, .. arguments, "--config", Settings]));
    }

    public Task<Ended> RunBareAsync(params string[] arguments) => FinishAsync(Start(Program, arguments));

    /// <summary>Starts a program that starts the host; what the host logs is what the program does.</summary>
    public Process Launch(string program, params string[] arguments) => Start(program, arguments);

    /// <summary>Runs a command without a settings file, with this on its standard input.</summary>
    public Task<Ended> RunOnAsync(string input, params string[] arguments) => FinishAsync(Start(Program, arguments), input);

    /// <summary>Starts the host and waits until it listens.</summary>
    public Task<RunningHost> ListenAsync() => RunningHost.WaitAsync(Start(Program, ["run", "--config", Settings]));

    public void Dispose() => _folder.Delete(recursive: true);

    private static async Task<Ended> FinishAsync(Process started, string input = "")
    {
        using var process = started;
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        try
        {
            await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Patience);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
        return new Ended(process.ExitCode, await output, await errors);
    }

    private Process Start(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Folder };
        // Copies of plugins are shared by all tests, as they are by all starts of one host.
        start.Environment["STATE_DIRECTORY"] = Path.Combine(Path.GetTempPath(), string.Create(CultureInfo.InvariantCulture, $"filterhost-test-state-{System.Environment.UserName}"));
        start.Environment["MAIL_CONFIG"] = Path.Combine(Folder, "postfix");
        foreach (var (name, value) in Environment)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }
}
