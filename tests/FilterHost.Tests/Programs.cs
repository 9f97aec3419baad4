using System.Diagnostics;

namespace FilterHost.Tests;

/// <summary>Other programs, for a second opinion.</summary>
internal static class Programs
{
    /// <summary>Skips the test, or fails it where CI is set, unless all of them are there.</summary>
    public static void Require(params string[] paths)
    {
        var missing = paths.Where(path => !File.Exists(path)).ToList();
        if (missing.Count == 0)
            return;
        Assert.True(string.IsNullOrEmpty(Environment.GetEnvironmentVariable("CI")), $"missing: {string.Join(", ", missing)}");
        Assert.Skip($"missing: {string.Join(", ", missing)}");
    }

    /// <summary>Runs one to its end.</summary>
    public static async Task<Ended> RunAsync(string path, string[] arguments, string input = "", string? folder = null)
    {
        var start = new ProcessStartInfo(path, arguments)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder ?? Path.GetTempPath(),
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Workplace.Patience);
        return new Ended(process.ExitCode, await output, await errors);
    }
}
