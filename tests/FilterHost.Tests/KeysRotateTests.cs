using System.Text.Json;

namespace FilterHost.Tests;

public sealed class KeysRotateTests
{
    private static readonly string[] Rotate = ["keys", "rotate", "-d", "example.com"];

    [Fact]
    public async Task A_rotation_of_both_keys_goes_one_step_at_each_run()
    {
        using var place = await WithKeysAsync();
        var made = await StepAsync(place, 0, "made", "-s", "new");
        Assert.Equal("new pending, new-ed25519 pending, old active, old-ed25519 active", await StatesAsync(place));
        // As long as DNS does not have both, nothing is changed, however often it is run.
        await StepAsync(place, 75, "waiting");
        Publish(place, made[0]);
        await StepAsync(place, 75, "waiting", "-s", "new");
        Assert.Equal("new pending, new-ed25519 pending, old active, old-ed25519 active", await StatesAsync(place));
        Publish(place, made[1]);
        await StepAsync(place, 0, "activated", "-s", "new");
        Assert.Equal("new active, new-ed25519 active, old retired, old-ed25519 retired", await StatesAsync(place));
        await StepAsync(place, 0, "kept", "-s", "new");
        await StepAsync(place, 0, "not_due", "-s", "new", "--keep", "0s");
        await StepAsync(place, 0, "not_due", "--keep", "0s", "--every", "90d");
        await StepAsync(place, 0, "made", "--keep", "0s", "--every", "0s");
    }

    [Fact]
    public async Task A_record_of_another_key_or_under_test_is_waited_for_and_so_is_a_server_that_does_not_answer()
    {
        using var place = await WithKeysAsync("--ed25519");
        var made = await StepAsync(place, 0, "made", "-s", "new");
        var record = Assert.Single(made);
        var before = await File.ReadAllTextAsync(Path.Combine(place.Folder, "zone"), TestContext.Current.CancellationToken);
        foreach (var wrong in new[]
        {
            record.Replace("p=", "p=AAAA", StringComparison.Ordinal), record.Replace("; k=", "; t=y; k=", StringComparison.Ordinal),
            record.Replace("; k=", "; s=other; k=", StringComparison.Ordinal), "new._domainkey.example.com. FAIL SERVFAIL\n",
        })
        {
            place.Write("zone", before + wrong);
            await StepAsync(place, 75, "waiting");
        }
        place.Write("zone", before + record);
        await StepAsync(place, 0, "activated");
    }

    [Fact]
    public async Task All_servers_have_to_show_the_record()
    {
        using var place = await WithKeysAsync("--ed25519");
        var record = Assert.Single(await StepAsync(place, 0, "made"));
        await using var first = await ZoneServer.StartAsync(record);
        await using var second = await ZoneServer.StartAsync("");
        await StepAsync(place, 75, "waiting", "--server", first.Server, "--server", second.Server);
        await StepAsync(place, 0, "activated", "--server", first.Server);
    }

    [Fact]
    public async Task A_run_that_was_cut_short_is_taken_up_by_the_next()
    {
        using var place = await WithKeysAsync();
        var made = await StepAsync(place, 0, "made", "-s", "new");
        made.ForEach(record => Publish(place, record));
        // Between the two keys that it makes.
        File.Delete(Pem(place, "new-ed25519.pem.pending"));
        var again = await StepAsync(place, 75, "waiting");
        Publish(place, Assert.Single(again));
        Assert.Equal("new pending, new-ed25519 pending, old active, old-ed25519 active", await StatesAsync(place));
        // Between the activation of the one key and of the other.
        Move(place, "new.pem.pending", "new.pem");
        place.Write("zone", string.Concat(File.ReadAllLines(Path.Combine(place.Folder, "zone")).Where(line => !line.StartsWith("new-ed25519", StringComparison.Ordinal) || line == again[0].TrimEnd()).Select(line => line + "\n")));
        await StepAsync(place, 0, "activated");
        Assert.Equal("new active, new-ed25519 active, old active, old-ed25519 retired", await StatesAsync(place));
        // Between activation and retirement.
        await StepAsync(place, 0, "activated");
        Assert.Equal("new active, new-ed25519 active, old retired, old-ed25519 retired", await StatesAsync(place));
    }

    [Fact]
    public async Task What_would_never_sign_is_not_made()
    {
        using var place = await WithKeysAsync("--ed25519");
        File.WriteAllText(place.Settings, File.ReadAllText(place.Settings).Replace("directory = \"keys\"", "directory = \"keys\"\nselector = \"old\"", StringComparison.Ordinal));
        (await place.RunAsync(Rotate)).Expect(65).HasProblem("'selector' of the store");
        place.With("[service.keys]\nplugin = \"FileKeyStore\"\ndirectory = \"keys\"\n[[service.keys.keys]]\ndomain = \"example.com\"\nselector = \"old\"\nfile = \"old.pem\"\n" + Samples.Nothing);
        File.Move(Pem(place, "old.pem"), Path.Combine(place.Folder, "old.pem"));
        Directory.Delete(Path.Combine(place.Folder, "keys/example.com"));
        (await place.RunAsync(Rotate)).Expect(65).HasProblem("named in 'keys'");
        (await place.RunAsync("keys", "rotate", "-d", "example.org")).Expect(65).HasProblem("keys generate -d example.org");
        (await place.RunAsync([.. Rotate, "--keep", "soon"])).Expect(64).HasProblem("'soon' is no duration");
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(place.Folder, "keys"), "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task The_records_alone_stand_on_standard_output()
    {
        using var place = await WithKeysAsync("--ed25519");
        var ended = (await place.RunAsync([.. Rotate, "-s", "new", "--format", "nsupdate"])).Expect(0);
        Assert.Matches("^update delete new\\._domainkey\\.example\\.com\\. TXT\nupdate add .*\nsend\n$", ended.Output);
        ended.HasProblem("made ", "new.pem.pending");
    }

    /// <summary>Keys of example.com with the selector old, in a zone that has their records.</summary>
    internal static async Task<Workplace> WithKeysAsync(params string[] options)
    {
        var place = new Workplace().With(Samples.Signer() + "[service.dns]\nplugin = \"ZoneFileResolver\"\nfile = \"zone\"\n");
        place.Write("zone", (await place.RunAsync(["keys", "generate", "-d", "example.com", "-s", "old", .. options])).Expect(0).Output);
        // Made a while ago, as keys are that get rotated.
        foreach (var path in Directory.EnumerateFiles(Path.Combine(place.Folder, "keys/example.com")))
            File.SetLastWriteTimeUtc(path, TimeProvider.System.GetUtcNow().UtcDateTime.AddDays(-100));
        return place;
    }

    /// <summary>Runs the next step, which is to be this one, and gives the records to publish as lines of a zone file.</summary>
    internal static async Task<List<string>> StepAsync(Workplace place, int code, string step, params string[] options)
    {
        using var json = (await place.RunAsync([.. Rotate, "--json", .. options])).Expect(code).ReadJson();
        Assert.True(step == json.RootElement.GetProperty("step").GetString(), json.RootElement.ToString());
        return [.. json.RootElement.GetProperty("publish").EnumerateArray().Select(RecordOf)];
    }

    internal static void Publish(Workplace place, string record) => File.AppendAllText(Path.Combine(place.Folder, "zone"), record);

    private static string RecordOf(JsonElement key) =>
        $"{key.GetProperty("name").GetString()}. TXT {string.Join(' ', key.GetProperty("strings").EnumerateArray().Select(part => $"\"{part.GetString()}\""))}\n";

    private static async Task<string> StatesAsync(Workplace place)
    {
        using var json = (await place.RunAsync("keys", "list", "--json")).Expect(0).ReadJson();
        return string.Join(", ", json.RootElement.GetProperty("keys").EnumerateArray().Select(key => $"{key.GetProperty("selector").GetString()} {key.GetProperty("state").GetString()}").Order(StringComparer.Ordinal));
    }

    private static string Pem(Workplace place, string name) => Path.Combine(place.Folder, "keys/example.com", name);

    private static void Move(Workplace place, string from, string to)
    {
        File.SetLastWriteTimeUtc(Pem(place, from), TimeProvider.System.GetUtcNow().UtcDateTime);
        File.Move(Pem(place, from), Pem(place, to));
    }
}
