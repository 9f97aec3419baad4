using System.Diagnostics;

namespace FilterHost.Packages.Tests;

/// <summary>The .NET SDK with a home, package cache and templates of its own, below one folder.</summary>
/// <param name="folder">What is shared: the package cache and the feed.</param>
/// <param name="user">Whose home it is: templates are installed there.</param>
internal sealed class Sdk(string folder, string user)
{
    // A restore from nothing, and a machine that has other things to do.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);

    private string Home => Path.Combine(folder, user);

    /// <summary>Makes the home, with the sources that this machine's user has, and the feed for every folder below.</summary>
    public async Task PrepareAsync(string feed)
    {
        Directory.CreateDirectory(feed);
        var own = Path.Combine(Environment.GetEnvironmentVariable("DOTNET_CLI_HOME") ?? Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "NuGet", "NuGet.Config");
        var target = Directory.CreateDirectory(Path.Combine(Home, ".nuget", "NuGet"));
        if (File.Exists(own))
            File.Copy(own, Path.Combine(target.FullName, "NuGet.Config"));
        if (!File.Exists(Path.Combine(folder, "nuget.config")))
            await File.WriteAllTextAsync(Path.Combine(folder, "nuget.config"), $"""<configuration><packageSources><add key="feed" value="{feed}" /></packageSources></configuration>""");
    }

    /// <summary>Runs a command of the SDK to its end, which must be a good one, and gives what it printed.</summary>
    public Task<string> RunAsync(string where, params string[] arguments) => RunAsync(Start(where, "dotnet", arguments));

    /// <summary>Runs a program.</summary>
    public ProcessStartInfo Start(string where, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = where, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DOTNET_CLI_HOME"] = Home;
        start.Environment["NUGET_PACKAGES"] = Path.Combine(folder, "packages");
        start.Environment["DOTNET_NOLOGO"] = "true";
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "true";
        start.Environment["STATE_DIRECTORY"] = Path.Combine(folder, "state");
        // No server of the compiler's outlives the folder.
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        return start;
    }

    private static async Task<string> RunAsync(ProcessStartInfo start)
    {
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync().WaitAsync(Patience);
        var text = await output + await error;
        Assert.True(process.ExitCode == 0, $"{start.FileName} {string.Join(' ', start.ArgumentList)} ended with {process.ExitCode}:\n{text}");
        return text;
    }
}
