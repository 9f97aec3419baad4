using System.ComponentModel;
using System.Diagnostics;

namespace FilterHost.Tests;

/// <summary>Files of Postfix in a test's folder, where MAIL_CONFIG makes the program look for them, and Postfix's own reading of them.</summary>
internal static class PostfixFiles
{
    /// <summary>One smtpd outside of any chroot, with its cleanup.</summary>
    public const string Master = "smtp inet n - n - - smtpd\ncleanup unix n - n - 0 cleanup\npickup unix n - n 60 1 pickup\n";

    private static readonly bool IsInstalled = Array.Exists((string[])["/usr/sbin/postconf", "/usr/local/sbin/postconf"], File.Exists);

    /// <summary>The master.cf of Debian's package: every service that calls milters is chrooted.</summary>
    public static string DebianMaster => File.ReadAllText("/usr/share/postfix/master.cf.dist");

    /// <summary>Writes main.cf and master.cf; skips the test where nothing can read them.</summary>
    public static Workplace WithPostfix(this Workplace place, string main, string master = Master)
    {
        SkipUnlessInstalled();
        place.Write("postfix/main.cf", $"compatibility_level = 3.6\nmynetworks = 127.0.0.0/8 [::1]/128\n{main}\n");
        place.Write("postfix/master.cf", master);
        return place;
    }

    public static void SkipUnlessInstalled()
    {
        if (!IsInstalled)
            Assert.Skip("Postfix is not installed");
    }

    /// <summary>Runs postconf on the folder and gives its output; it must have nothing to complain of.</summary>
    public static async Task<string> PostconfAsync(this Workplace place, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("/usr/sbin/postconf", ["-c", Path.Combine(place.Folder, "postfix"), .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })
            ?? throw new Win32Exception();
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.Equal("", await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
        return await output;
    }

    /// <summary>Settings of listeners that declare what a test needs: <c>socket: traits</c>.</summary>
    public static Workplace WithListeners(this Workplace place, params (string Socket, string Traits)[] listeners) => place.With(string.Concat(listeners.Select((listener, index) =>
        $"""
        [filter.f{index}]
        plugin = "{Workplace.TestPlugins}/TraitDeclarer"
        {listener.Traits.Replace("; ", "\n", StringComparison.Ordinal)}

        [[listener]]
        socket = "{listener.Socket}"
        filters = ["f{index}"]

        """)));
}
