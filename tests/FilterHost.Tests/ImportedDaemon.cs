using System.Diagnostics;

namespace FilterHost.Tests;

/// <summary>The daemons of the machine, for what they say of a configuration file.</summary>
internal static class ImportedDaemon
{
    public static string FileFlag(string daemon) => daemon == "opendkim" ? "-x" : "-c";

    /// <summary>What a daemon says of a file without starting.</summary>
    public static async Task<(int Code, string Errors)> CheckAsync(string daemon, string file, string folder)
    {
        using var process = Process.Start(new ProcessStartInfo($"/usr/sbin/{daemon}", ["-n", FileFlag(daemon), file]) { RedirectStandardError = true, WorkingDirectory = folder })!;
        var errors = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, errors);
    }

    /// <summary>The values of an option of opendkim.conf, the one that counts first.</summary>
    public static async Task<string[]> ValuesAsync(string file, string option, string folder)
    {
        using var process = Process.Start(new ProcessStartInfo("/usr/sbin/opendkim", ["-x", file, "-e", option]) { RedirectStandardOutput = true, WorkingDirectory = folder })!;
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
