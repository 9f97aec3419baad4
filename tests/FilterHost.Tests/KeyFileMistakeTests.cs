namespace FilterHost.Tests;

public sealed class KeyFileMistakeTests
{
    private const string Named = "[[service.keys.keys]]\ndomain = \"example.com\"\nselector = \"s\"\nfile = \"s.pem\"\n";

    [Fact]
    public async Task A_named_key_that_others_can_read_stops_the_start_with_mode_owner_and_remedy()
    {
        using var place = new Workplace().With(Samples.Signer(Named));
        var key = place.Write("s.pem", Samples.RsaPem);
        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        (await place.RunAsync("run")).Expect(78).HasProblem($"{place.Settings}:6:1: service.keys.keys[0].file: ", key, "mode 0644", "owner ", $"chmod 600 {key}");
    }

    [Fact]
    public async Task A_named_key_that_cannot_be_read_stops_the_start_with_mode_owner_and_remedy()
    {
        using var place = new Workplace().With(Samples.Signer(Named));
        var key = place.Write("s.pem", Samples.RsaPem);
        File.SetUnixFileMode(key, UnixFileMode.None);
        (await place.RunAsNobodyAsync("run")).Expect(78).HasProblem($"{place.Settings}:6:1: service.keys.keys[0].file: ", key, "cannot be read", "mode 0000", "owner ", "chown ");
    }

    [Fact]
    public async Task A_named_key_of_another_user_stops_the_start_with_its_owner_and_remedy()
    {
        if (!Environment.IsPrivilegedProcess)
            Assert.Skip("only root gives files away");
        using var place = new Workplace().With(Samples.Signer(Named));
        var key = place.Write("s.pem", Samples.RsaPem);
        await GiveAwayAsync(key, "12345");
        (await place.RunAsync("run")).Expect(78).HasProblem($"{place.Settings}:6:1: service.keys.keys[0].file: ", $"{key} belongs to user 12345 (mode 0600)", "--reuid=12345", $"chown root {key}");
    }

    [Fact]
    public async Task A_key_is_not_made_in_a_folder_of_another_user()
    {
        if (!Environment.IsPrivilegedProcess)
            Assert.Skip("only root gives files away");
        using var place = new Workplace().With(Samples.Signer());
        var keys = Directory.CreateDirectory(Path.Combine(place.Folder, "keys")).FullName;
        await GiveAwayAsync(keys, "12345");
        (await place.RunAsync("keys", "generate", "-d", "example.com", "-s", "s")).Expect(65).HasProblem("was not made", $"{keys} belongs to user 12345", "--reuid=12345");
        Assert.Empty(Directory.EnumerateFileSystemEntries(keys));
    }

    [Fact]
    public async Task A_bad_key_in_a_folder_is_said_and_defers_the_mail_of_its_domain_alone()
    {
        using var place = new Workplace().With(Samples.Signer());
        place.Write("keys/good.example/s.pem", Samples.RsaPem);
        var bad = place.Write("keys/bad.example/s.pem", "no key");
        (await place.RunAsync("check", "--no-dns")).Expect(78).HasProblem(": defect: ", bad, "is no private key");
        await using (var host = await place.ListenAsync())
        {
            Assert.Contains(bad, host.Log, StringComparison.Ordinal);
            Assert.Equal(0, (await host.StopAsync()).Code);
        }
        var deferred = (await place.RunAsync("filter", place.Write("bad.eml", "From: a@bad.example\n\nx\n"))).Expect(0);
        Assert.StartsWith("verdict: temp", deferred.Output, StringComparison.Ordinal);
        var signed = (await place.RunAsync("filter", place.Write("good.eml", "From: a@good.example\n\nx\n"))).Expect(0);
        Assert.Contains("\nDKIM-Signature: ", signed.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(bad, string.Join('\n', deferred.Output.Split('\n').Where(line => line.StartsWith("verdict", StringComparison.Ordinal))), StringComparison.Ordinal);
    }

    private static async Task GiveAwayAsync(string path, string user)
    {
        using var change = System.Diagnostics.Process.Start("/bin/chown", [user, path]);
        await change.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, change.ExitCode);
    }
}
