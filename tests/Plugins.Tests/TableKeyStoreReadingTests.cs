using System.Security.Cryptography;
using FilterHost.Keys;
using Microsoft.Extensions.Time.Testing;

namespace FilterHost.Plugins.Tests;

/// <summary>How the tables and the keys in them are read.</summary>
public sealed class TableKeyStoreReadingTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("a.example k1\n")]
    [InlineData("a.example\tk1")]
    [InlineData("\n# comment\n \t\n  a.example  k1  \r\n")]
    [InlineData("a.example k1#comment\r\n")]
    [InlineData("a.example k1 # comment\nb.example k2\n")]
    [InlineData("\ufeffa.example k1\n")]
    [InlineData("a.example k1:\n")]
    [InlineData("a.example k1 :\n")]
    [InlineData("a.example k1\na.example k2\n")]
    public async Task Comments_white_space_blank_lines_and_line_ends_are_passed_over(string table)
    {
        await using var plain = await TableKeyStorePlace.OfAsync(table, form: "file:");
        Assert.Equal("d1.example/s1/-", await plain.FindAsync("u@a.example"));
        await using var patterns = await TableKeyStorePlace.OfAsync(table.Replace("a.example", "*@a.example", StringComparison.Ordinal));
        Assert.Equal("d1.example/s1/-", await patterns.FindAsync("u@a.example"));
    }

    [Fact]
    public async Task Lines_are_not_continued_and_may_be_long()
    {
        await using var place = await TableKeyStorePlace.OfAsync($"a.example k1 # {new string('x', 5000)} \\\n{new string('y', 2000)}.example k2\nb.example k3\n", form: "file:");
        Assert.Equal("d1.example/s1/-", await place.FindAsync("u@a.example"));
        Assert.Equal("d3.example/s3/-", await place.FindAsync("u@b.example"));
    }

    [Theory]
    [InlineData("csl:a.example=k1, b.example = k2:@d2.example")]
    [InlineData("a.example=k1,b.example=k2:@d2.example")]
    [InlineData("CSL: a.example =k1 ,,b.example= k2:@d2.example,")]
    public async Task A_list_stands_for_a_table(string list)
    {
        await using var place = new TableKeyStorePlace();
        await place.BuildAsync(list, "csl:k1=d1.example:s1:./key.pem,k2=d2.example:s2:./key.pem");
        Assert.Empty(place.Problems);
        Assert.Equal("d1.example/s1/-", await place.FindAsync("u@a.example"));
        Assert.Equal("d2.example/s2/@d2.example", await place.FindAsync("u@b.example"));
        Assert.True(await place.SignsAsync("u@a.example"));
    }

    [Theory]
    [InlineData("dsn:mysql://u@localhost/db", "SqlKeyStore")]
    [InlineData("db:/etc/t.db", "Berkeley")]
    [InlineData("/etc/t.db", "Berkeley")]
    [InlineData("ldap://localhost", "text file")]
    [InlineData("lua:/etc/t.lua", "text file")]
    [InlineData("memcache:localhost/x", "text file")]
    [InlineData("erlang:n@h:c:m:f", "text file")]
    [InlineData("mdb:/etc/t", "text file")]
    [InlineData("nosuch:/etc/t", "refile:PATH")]
    [InlineData("file:", "refile:PATH")]
    [InlineData("example.com", "refile:PATH")]
    [InlineData("", "refile:PATH")]
    public async Task A_form_that_is_not_read_stops_the_start_and_says_what_to_write(string table, string remedy)
    {
        await using var place = new TableKeyStorePlace();
        await place.BuildAsync(table, "csl:k1=d1.example:s1:./key.pem");
        Assert.Null(place.Plugins.Generation);
        var problem = Assert.Single(place.Problems);
        Assert.Contains(remedy, problem.Text, StringComparison.Ordinal);
        Assert.EndsWith("signing_table", problem.Location!.Key, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tables_that_are_not_there_stop_the_start_both_at_once()
    {
        await using var place = new TableKeyStorePlace();
        await place.BuildAsync("refile:nothing", "./");
        Assert.Null(place.Plugins.Generation);
        Assert.Equal(2, place.Problems.Count);
        Assert.All(place.Problems, problem => Assert.Equal(ProblemSeverity.Error, problem.Severity));
        Assert.Contains($"{place.Path("nothing")} does not exist", place.Problems[0].Text, StringComparison.Ordinal);
        Assert.Contains("is no file", place.Problems[1].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_stand_in_the_table_as_DER_or_PEM()
    {
        using var key = TableKeyStorePlace.Key;
        var pem = key.ExportPkcs8PrivateKeyPem().ReplaceLineEndings(" ");
        var seed = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
        await using var place = await TableKeyStorePlace.OfAsync(
            "*@a.example a\n*@b.example b\n*@c.example c\n*@d.example d\n",
            $"a %:s:{Convert.ToBase64String(key.ExportPkcs8PrivateKey())}\nb %:s:{Convert.ToBase64String(key.ExportRSAPrivateKey())}:rsa-sha256\nc %:s:{pem}\nd %:s:{seed}:ed25519-sha256\n");
        Assert.Empty(place.Problems);
        foreach (var address in new[] { "u@a.example", "u@b.example", "u@c.example" })
            Assert.True(await place.SignsAsync(address), address);
        Assert.Equal("d.example/s/-", await place.FindAsync("u@d.example"));
    }

    [Fact]
    public async Task A_key_in_a_table_that_others_can_read_is_refused_unless_that_is_allowed()
    {
        foreach (var check in new[] { true, false })
        {
            await using var place = new TableKeyStorePlace();
            place.Plugins.Write("SigningTable", "*@a.example a\n*@b.example b\n");
            var table = place.Plugins.Write("KeyTable", $"a %:s:{Convert.ToBase64String(TableKeyStorePlace.Key.ExportPkcs8PrivateKey())}\nb %:s:./key.pem\n");
            File.SetUnixFileMode(table, File.GetUnixFileMode(table) | UnixFileMode.OtherRead);
            await place.BuildAsync("refile:SigningTable", "file:KeyTable", $"check_permissions = {(check ? "true" : "false")}");
            Assert.Equal(!check, await place.SignsAsync("u@a.example"));
            Assert.True(await place.SignsAsync("u@b.example"));
            Assert.Equal(check ? 1 : 0, place.Problems.Count(problem => problem.Text.Contains($"chmod 600 {table}", StringComparison.Ordinal)));
        }
    }

    [Fact]
    public async Task A_key_file_that_others_can_read_defers_its_mail_with_row_path_and_command()
    {
        await using var place = new TableKeyStorePlace();
        File.SetUnixFileMode(place.Path("key.pem"), UnixFileMode.UserRead | UnixFileMode.OtherRead);
        place.Plugins.Write("SigningTable", "*@a.example k\n");
        place.Plugins.Write("KeyTable", "\nk a.example:s:./key.pem\n");
        await place.BuildAsync("refile:SigningTable", "file:KeyTable");
        var problem = Assert.Single(place.Problems);
        Assert.Equal(ProblemSeverity.Defect, problem.Severity);
        Assert.StartsWith($"{place.Path("KeyTable")}:2: {place.Path("key.pem")} can be read", problem.Text, StringComparison.Ordinal);
        Assert.EndsWith($"chmod 600 {place.Path("key.pem")}", problem.Text, StringComparison.Ordinal);
        Assert.Equal($"misconfigured {problem.Text}", await place.FindAsync("u@a.example"));
    }

    [Fact]
    public async Task Relative_paths_of_keys_are_relative_to_the_table_or_to_base_directory()
    {
        await using var place = new TableKeyStorePlace();
        place.Plugins.Write("tables/SigningTable", "*@a.example k\n*@b.example l\n");
        place.Plugins.Write("tables/KeyTable", "k a.example:s:../key.pem\nl b.example:s:./key.pem\n");
        await place.BuildAsync("refile:tables/SigningTable", "./tables/KeyTable", "base_directory = '.'");
        Assert.True(await place.SignsAsync("u@b.example"));
        Assert.False(await place.SignsAsync("u@a.example"));
        await place.Plugins.UnloadAsync();
        await place.BuildAsync("refile:tables/SigningTable", "./tables/KeyTable");
        Assert.True(await place.SignsAsync("u@a.example"));
        Assert.False(await place.SignsAsync("u@b.example"));
    }

    [Fact]
    public async Task A_path_may_have_spaces_and_colons()
    {
        await using var place = new TableKeyStorePlace();
        place.Plugins.Write("my keys/a:b.pem", TableKeyStorePlace.Key.ExportPkcs8PrivateKeyPem());
        await place.BuildAsync("a.example=k,b.example=l", "csl:k=a.example:s:./my keys/a:b.pem,l=b.example:s:./my keys/a:b.pem:RSA-SHA256");
        Assert.True(await place.SignsAsync("u@a.example"));
        Assert.True(await place.SignsAsync("u@b.example"));
    }

    [Fact]
    public async Task A_key_is_read_when_it_is_first_needed_and_again_some_seconds_after_it_changed()
    {
        var time = new FakeTimeProvider();
        await using var place = new TableKeyStorePlace();
        place.Plugins.Write("SigningTable", "*@a.example k\n");
        place.Plugins.Write("KeyTable", "k a.example:s:./later.pem\n");
        await place.BuildAsync("refile:SigningTable", "file:KeyTable", "check_at_start = 'tables'", time);
        Assert.Empty(place.Problems);
        place.Plugins.Write("later.pem", RSA.Create(2048).ExportPkcs8PrivateKeyPem());
        Assert.Equal("a.example/s/-", await place.FindAsync("u@a.example"));
        Assert.False(await place.SignsAsync("u@a.example"));
        File.SetLastWriteTimeUtc(place.Plugins.Write("later.pem", TableKeyStorePlace.Key.ExportPkcs8PrivateKeyPem()), TimeProvider.System.GetUtcNow().UtcDateTime.AddMinutes(1));
        Assert.False(await place.SignsAsync("u@a.example"));
        time.Advance(TimeSpan.FromSeconds(6));
        Assert.True(await place.SignsAsync("u@a.example"));
        File.Delete(place.Path("later.pem"));
        time.Advance(TimeSpan.FromSeconds(6));
        Assert.StartsWith("misconfigured", await place.FindAsync("u@a.example"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pattern_table_may_hold_the_keys()
    {
        await using var place = await TableKeyStorePlace.OfAsync("*@a.example K.example\n", "*.example %:s:./key.pem\n", keyForm: "refile:");
        Assert.True(await place.SignsAsync("u@a.example"));
    }

    [Fact]
    public async Task Keys_are_listed_also_those_of_the_authors_domain_and_those_that_cannot_be_used()
    {
        await using var place = await TableKeyStorePlace.OfAsync("*@a.example k\n*@b.example all\nu@b.example all\n*@c.example all\n", "k a.example:s1:./key.pem\nall %:s2:./key.pem\nbad d.example:s3:./none.pem\n");
        var keys = await place.Plugins.Service<ISigningKeyAdministration>().ListAsync(Cancel);
        Assert.Equal(["s1 a.example 2048", "s3 d.example 0", "s2 b.example 2048", "s2 c.example 2048"], keys.Select(static key => $"{key.Selector} {key.SigningDomain} {key.Bits}"));
        Assert.Equal($"{place.Path("KeyTable")}:1", keys[0].Place);
        Assert.Equal(TableKeyStorePlace.Key.ExportSubjectPublicKeyInfo(), keys[0].PublicKey.ToArray());
        Assert.Contains("none.pem does not exist", keys[1].Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_written_to_the_tables()
    {
        await using var place = await TableKeyStorePlace.OfAsync("*@a.example k1\n");
        var administration = place.Plugins.Service<ISigningKeyAdministration>();
        var request = new SigningKeyRequest { SigningDomain = DomainName.Parse("a.example"), Selector = "s" };
        Assert.Contains("rows to both tables", (await Assert.ThrowsAsync<InvalidOperationException>(async () => await administration.CreateAsync(request, Cancel))).Message, StringComparison.Ordinal);
        Assert.Contains("rows out of both tables", (await Assert.ThrowsAsync<InvalidOperationException>(async () => await administration.RetireAsync(request.SigningDomain, "s", Cancel))).Message, StringComparison.Ordinal);
        Assert.Equal("*@a.example k1\n", await File.ReadAllTextAsync(place.Path("SigningTable"), Cancel));
    }
}
