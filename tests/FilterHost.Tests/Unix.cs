using System.Diagnostics;

namespace FilterHost.Tests;

/// <summary>What tests ask of the machine's own programs.</summary>
internal static class Unix
{
    /// <summary>Skips the test where it is not root who runs it.</summary>
    public static void NeedsRoot()
    {
        if (!Environment.IsPrivilegedProcess)
            Assert.Skip("only root can become another user or give files away");
    }

    /// <summary>Owner, group and mode: <c>nobody:nogroup 660</c>.</summary>
    public static Task<string> StatusAsync(string path) => RunAsync("/usr/bin/stat", "-c", "%U:%G %a", path);

    public static Task GiveAsync(string owner, string path) => RunAsync("/bin/chown", owner, path);

    /// <summary>Runs a program that must not fail; gives what it prints.</summary>
    public static async Task<string> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, $"{program}: {await errors}");
        return output.TrimEnd();
    }
}
