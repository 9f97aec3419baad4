using System.Diagnostics;
using System.Text.Json;
using FilterHost.Commands;
using FilterHost.Hosting.Isolation;

namespace FilterHost.Installation;

/// <summary>Checks a plugin before it is installed, in a process of its own: that becomes the user of the settings before it loads anything, and is all that a broken plugin can end.</summary>
internal static class LoadCheck
{
    /// <summary>Gives the plugin's version.</summary>
    /// <param name="folder">The plugin's folder.</param>
    /// <param name="config">The settings file; null for the usual one.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="InstallationException">The host would not load it.</exception>
    public static async Task<string> RunAsync(DirectoryInfo folder, string? config, CancellationToken cancellationToken)
    {
        var start = WorkerProgram.OwnStart();
        foreach (var argument in (string[])["plugins", "verify", folder.FullName, "--load-only", "--json", .. config is null ? (string[])[] : ["--config", config]])
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(cancellationToken), process.StandardError.ReadToEndAsync(cancellationToken));
        await process.WaitForExitAsync(cancellationToken);
        return VersionIn(await output) is { } version && process.ExitCode == ExitCode.Ok
            ? version
            : throw new InstallationException($"plugin {folder.Name} is not installed: {Reason(await output) ?? $"its check ended with exit code {process.ExitCode}: {(await errors).Trim()}"}", ExitCode.Data);
    }

    private static string? VersionIn(string report) => Parsed(report) is { } root ? root.GetProperty("version").GetString() : null;

    private static string? Reason(string report)
    {
        if (Parsed(report) is not { } root)
            return null;
        var failed = root.GetProperty("checks").EnumerateArray().Where(check => check.GetProperty("outcome").GetString() == "failed");
        var reasons = failed.Select(check => string.Join("; ", check.GetProperty("details").EnumerateArray().Select(detail => detail.GetString()).Prepend(check.GetProperty("text").GetString()))).ToArray();
        return reasons.Length == 0 ? null : string.Join("\n  ", reasons);
    }

    private static JsonElement? Parsed(string report)
    {
        try
        {
            using var document = JsonDocument.Parse(report);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            // The process died before it wrote it.
            return null;
        }
    }
}
