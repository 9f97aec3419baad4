using System.Text.RegularExpressions;

namespace FilterHost.Tests;

/// <summary>What lies in packaging/.</summary>
public sealed partial class PackagingTests : IDisposable
{
    private readonly Workplace _place = new();

    private static string Packaging { get; } = Path.Combine(ConformanceData.RepositoryRoot, "packaging");

    public void Dispose() => _place.Dispose();

    [Fact]
    public async Task The_unit_is_exposed_to_1_5_at_most()
    {
        Need("/usr/bin/systemd-analyze");
        var report = await Unix.RunAsync("/usr/bin/systemd-analyze", "security", "--offline=true", "--threshold=15", Path.Combine(Packaging, "filterhost.service"));
        TestContext.Current.SendDiagnosticMessage("{0}", report.Split('\n')[^1]);
        Assert.Matches(@"Overall exposure level for filterhost\.service: (0\.\d|1\.[0-5]) ", report);
    }

    [Theory]
    [InlineData("filterhost.service")]
    [InlineData("filterhost.socket")]
    public async Task Systemd_understands_every_line_of_a_unit(string unit)
    {
        Need("/usr/bin/systemd-analyze");
        // The program is not where the package puts it.
        var service = _place.Write("filterhost.service", (await File.ReadAllTextAsync(Path.Combine(Packaging, "filterhost.service"), TestContext.Current.CancellationToken))
            .Replace("=/usr/bin/filterhost", $"={Workplace.Program}", StringComparison.Ordinal));
        var path = unit == "filterhost.service" ? service : _place.Write(unit, await File.ReadAllTextAsync(Path.Combine(Packaging, unit), TestContext.Current.CancellationToken));
        using var verify = _place.Launch("/usr/bin/systemd-analyze", "verify", "--man=no", path);
        var remarks = await verify.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.DoesNotContain(Path.GetFileNameWithoutExtension(unit) + Path.GetExtension(unit) + ":", remarks, StringComparison.Ordinal);
        Assert.DoesNotContain(path, remarks, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_settings_of_the_package_are_good()
    {
        var text = await File.ReadAllTextAsync(Path.Combine(Packaging, "filterhost.toml"), TestContext.Current.CancellationToken);
        Assert.Contains("\nuser = \"filterhost\"\nstate_directory = \"/var/lib/filterhost\"\n", text, StringComparison.Ordinal);
        Directory.CreateDirectory(Path.Combine(_place.Folder, "keys"));
        _place.With(text
            .Replace("user = \"filterhost\"\nstate_directory = \"/var/lib/filterhost\"\n", "", StringComparison.Ordinal)
            .Replace("/var/lib/filterhost/", _place.Folder + "/", StringComparison.Ordinal)
            .Replace("/run/filterhost/", _place.Folder + "/", StringComparison.Ordinal));
        (await _place.RunAsync("check", "--no-dns", "--mta-user", "root")).Expect(0);
    }

    [Fact]
    public async Task Sysusers_and_tmpfiles_make_the_user_and_its_folders()
    {
        Unix.NeedsRoot();
        Need("/usr/bin/systemd-tmpfiles");
        Need("/usr/bin/systemd-sysusers");
        _place.Open();
        _place.Write("etc/passwd", "root:x:0:0::/root:/bin/sh\n");
        _place.Write("etc/group", "root:x:0:\npostfix:x:4711:\n");
        await Unix.RunAsync("/usr/bin/systemd-sysusers", $"--root={_place.Folder}", Path.Combine(Packaging, "sysusers.d", "filterhost.conf"));
        var user = Regex.Match(await File.ReadAllTextAsync(Path.Combine(_place.Folder, "etc/passwd"), TestContext.Current.CancellationToken), @"^filterhost:x:(\d+):(\d+):[^:]*:/var/lib/filterhost:/usr/sbin/nologin$", RegexOptions.Multiline);
        Assert.True(user.Success);
        await Unix.RunAsync("/usr/bin/systemd-tmpfiles", $"--root={_place.Folder}", "--create", Path.Combine(Packaging, "tmpfiles.d", "filterhost.conf"));
        var (id, group) = (user.Groups[1].Value, user.Groups[2].Value);
        Assert.Equal($"{id}:{group} 750", await StatusAsync("run/filterhost"));
        Assert.Equal($"{id}:{group} 700", await StatusAsync("var/lib/filterhost"));
        Assert.Equal($"{id}:4711 2750", await StatusAsync("var/spool/postfix/filterhost"));
    }

    /// <summary>Without systemd as the first process nothing enforces the unit's filter, but what the host asks of the kernel can be compared with it.</summary>
    [Fact]
    public async Task The_host_uses_no_system_call_that_the_unit_forbids()
    {
        Need("/usr/bin/strace");
        Need("/usr/bin/systemd-analyze");
        var trace = Path.Combine(_place.Folder, "trace");
        _place.With(Samples.Signer()).Write("keys/example.com/s.pem", Samples.RsaPem);
        await using (var host = await RunningHost.WaitAsync(_place.Launch("/usr/bin/strace", "-f", "-qq", "-o", trace, "-e", "signal=none", Workplace.Program, "run", "--config", _place.Settings)))
        {
            // The tracer passes it on.
            var traced = (await Unix.RunAsync("/usr/bin/pgrep", "-P", $"{host.Id}")).Split('\n')[0];
            await Unix.RunAsync("/bin/kill", "-TERM", traced);
            Assert.Equal(0, await host.ExitAsync());
        }
        var used = File.ReadLines(trace).Select(line => SystemCall().Match(line)).Where(match => match.Success).Select(match => match.Groups[1].Value).ToHashSet();
        var allowed = await SystemCallsAsync("@system-service");
        allowed.ExceptWith(await SystemCallsAsync("@privileged"));
        allowed.ExceptWith(await SystemCallsAsync("@resources"));
        // Refused with EPERM, as the unit asks, these change nothing: the runtime binds memory and threads to processors where it may.
        used.ExceptWith(["sched_setaffinity", "set_mempolicy", "mbind", "setrlimit", "prlimit64", "sched_setscheduler", "setpriority"]);
        Assert.True(used.Count > 30);
        used.ExceptWith(allowed);
        Assert.Empty(used);
    }

    private static void Need(string program)
    {
        if (!File.Exists(program))
            Assert.Skip($"there is no {program}");
    }

    private static async Task<HashSet<string>> SystemCallsAsync(string group)
    {
        var calls = new HashSet<string>();
        foreach (var line in (await Unix.RunAsync("/usr/bin/systemd-analyze", "syscall-filter", "--no-pager", group)).Split('\n').Select(line => line.Trim()))
        {
            if (line.StartsWith('@') && line != group)
                calls.UnionWith(await SystemCallsAsync(line));
            else if (line.Length > 0 && line[0] is not ('#' or '@'))
                calls.Add(line);
        }
        return calls;
    }

    private Task<string> StatusAsync(string path) => Unix.RunAsync("/usr/bin/stat", "-c", "%u:%g %a", Path.Combine(_place.Folder, path));

    [GeneratedRegex(@"^\d+ +(?:<\.\.\. )?([a-z0-9_]+)(?:\(| resumed)")]
    private static partial Regex SystemCall();
}
