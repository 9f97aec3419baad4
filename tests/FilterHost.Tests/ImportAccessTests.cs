using System.Diagnostics;

namespace FilterHost.Tests;

/// <summary>Keys and tables that the host's user cannot read. Other users' files are made by root.</summary>
public sealed class ImportAccessTests
{
    [Fact]
    public async Task Keys_and_tables_that_the_user_cannot_read_are_listed_with_the_command_that_mends_it()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root to make files of others");
        using var place = new Workplace();
        Open(place.Folder);
        var key = place.Write("k.private", "key\n");
        var table = place.Write("KeyTable", $"k example.com:s:{key}\n");
        var closed = place.Write("closed/SigningTable", "example.com k\n");
        var ended = (await RunAsync(place, table, closed)).Expect(0);
        ended.HasProblem($"nobody cannot read {key} (mode 0600, owner 0, group 0). Run: chown nobody {key}; or let --copy-keys");
        ended.HasProblem($"nobody cannot read {table} (mode 0600, owner 0, group 0). Run: ", "nobody", $" {table}");
        ended.HasProblem($"nobody cannot enter {place.Folder}/closed (mode 0700, owner 0, group 0). Run: ", $" {place.Folder}/closed");
        await MendAsync(ended);
        Assert.DoesNotContain((await RunAsync(place, table, closed)).Expect(0).ErrorLines, line => line.Contains(" Run: ", StringComparison.Ordinal) && !line.Contains("closed/SigningTable", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("640", "chmod 600 ")]
    [InlineData("604", "chmod 600 ")]
    public async Task A_key_that_others_can_read_is_listed_unless_modes_do_not_count(string mode, string command)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root to make files of others");
        using var place = new Workplace();
        Open(place.Folder);
        var key = place.Write("k.private", "key\n");
        await CommandAsync("chown", "nobody", key);
        await CommandAsync("chmod", mode, key);
        var file = place.Write("opendkim.conf", $"Socket inet:1@localhost\nDomain example.com\nSelector s\nKeyFile {key}\nUserID nobody\n");
        (await place.RunBareAsync("import", "opendkim", file)).Expect(0).HasProblem(key, $"Run: {command}{key}");
        File.AppendAllText(file, "RequireSafeKeys no\n");
        Assert.Empty((await place.RunBareAsync("import", "opendkim", file)).Expect(0).ErrorLines);
    }

    [Fact]
    public async Task Copies_of_keys_belong_to_the_user_and_the_tables_name_them()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root to give files away");
        using var place = new Workplace();
        Open(place.Folder);
        var (one, two) = (place.Write("keys/one.private", "one\n"), place.Write("keys/two.private", "two\n"));
        var table = place.Write("KeyTable", $"# keys\na a.example:s:{one}\nb b.example:s:./keys/two.private\nc %:s:/keys/%/k\n");
        var signing = place.Write("SigningTable", "a.example a\nb.example b\n");
        File.SetUnixFileMode(signing, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        var copies = Path.Combine(place.Folder, "copies");
        var ended = (await RunAsync(place, table, signing, "--copy-keys", copies)).Expect(0);
        Assert.Contains($"\nkey_table = \"file:{copies}/KeyTable\"\n", ended.Output, StringComparison.Ordinal);
        Assert.Equal($"a a.example:s:{copies}{one}\nb b.example:s:{copies}{two}\nc %:s:/keys/%/k\n", await File.ReadAllTextAsync($"{copies}/KeyTable", TestContext.Current.CancellationToken));
        Assert.Equal("two\n", await File.ReadAllTextAsync($"{copies}{two}", TestContext.Current.CancellationToken));
        Assert.Equal("600 nobody\n", await CommandAsync("stat", "-c", "%a %U", $"{copies}{one}"));
        Assert.Equal("600 root\n", await CommandAsync("stat", "-c", "%a %U", one));
        Assert.DoesNotContain(ended.ErrorLines, line => line.Contains("cannot read", StringComparison.Ordinal));
        // Again, it is the same; another file in the way stays.
        (await RunAsync(place, table, signing, "--copy-keys", copies)).Expect(0);
        File.WriteAllText($"{copies}{one}", "other\n");
        (await RunAsync(place, table, signing, "--copy-keys", copies)).Expect(78).HasProblem($"cannot copy {one}", "there is another file of that name");
    }

    [Fact]
    public async Task A_single_key_is_copied_too()
    {
        using var place = new Workplace();
        var key = place.Write("k.private", "key\n");
        var copies = Path.Combine(place.Folder, "copies");
        var file = place.Write("opendkim.conf", $"Socket inet:1@localhost\nDomain example.com\nSelector s\nKeyFile {key}\n");
        var ended = (await place.RunBareAsync("import", "opendkim", file, "--copy-keys", copies)).Expect(0);
        Assert.Contains($"file = \"{copies}{key}\"", ended.Output, StringComparison.Ordinal);
        Assert.Equal("key\n", await File.ReadAllTextAsync($"{copies}{key}", TestContext.Current.CancellationToken));
    }

    private static Task<Ended> RunAsync(Workplace place, string keys, string signing, params string[] arguments) =>
        place.RunBareAsync(["import", "opendkim", place.Write("opendkim.conf", $"Socket inet:1@localhost\nUserID nobody\nKeyTable {keys}\nSigningTable {signing}\n"), .. arguments]);

    // The commands are meant to be run as they are printed.
    private static async Task MendAsync(Ended ended)
    {
        foreach (var line in ended.ErrorLines.Where(line => line.Contains(" Run: ", StringComparison.Ordinal)))
            await CommandAsync("sh", "-c", line[(line.IndexOf(" Run: ", StringComparison.Ordinal) + 6)..].Split(';')[0]);
    }

    private static void Open(string folder) =>
        File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);

    private static async Task<string> CommandAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken)}");
        return output;
    }
}
