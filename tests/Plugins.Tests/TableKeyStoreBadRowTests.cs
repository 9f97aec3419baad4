namespace FilterHost.Plugins.Tests;

/// <summary>One bad row is found at start, named with file and line, and holds back its own mail alone.</summary>
public sealed class TableKeyStoreBadRowTests
{
    [Theory]
    [InlineData("b.example\n", "names no key")]
    [InlineData("b.example nosuch\n", "key_table has no row 'nosuch'")]
    [InlineData("b.example K1\n", "key_table has no row 'K1'")]
    [InlineData("b.example %\n", "key_table has no row 'b.example'")]
    [InlineData("b.example :@d1.example\n", "names no key")]
    [InlineData("b.example k1:d1.example\n", "is no user identifier")]
    [InlineData("b.example k1:%\n", "is no user identifier")]
    public async Task Of_the_signing_table(string row, string reason)
    {
        foreach (var (form, star) in new[] { ("file:", ""), ("refile:", "*@") })
        {
            await using var place = await TableKeyStorePlace.OfAsync($"{star}a.example k1\n{star}{row}{star}c.example k2\n", form: form);
            await AssertBadAsync(place, "SigningTable:2: ", reason, "signing_table");
        }
    }

    [Theory]
    [InlineData("k d1.example:s\n", "too few fields")]
    [InlineData("k\n", "too few fields")]
    [InlineData("k d1..example:s:./key.pem\n", "'d1..example' is no domain")]
    [InlineData("k %.x:s:./key.pem\n", "'%.x' is no domain")]
    [InlineData("k :s:./key.pem\n", "'' is no domain")]
    [InlineData("k d1.example:s 1:./key.pem\n", "'s 1' is no selector")]
    [InlineData("k d1.example:%:./key.pem\n", "'%' is no selector")]
    [InlineData("k d1.example::./key.pem\n", "'' is no selector")]
    [InlineData("k d1.example:s:\n", "the row has no key")]
    [InlineData("k d1.example:s::rsa-sha256\n", "the row has no key")]
    [InlineData("k d1.example:s:./none.pem\n", "none.pem does not exist")]
    [InlineData("k d1.example:s:key.pem\n", "is no private key that can be used")]
    [InlineData("k d1.example:s:AAAA\n", "A path starts with /")]
    [InlineData("k d1.example:s:./SigningTable\n", "is no private key that can be used")]
    [InlineData("k d1.example:s:./key.pem:rsa-sha1\n", "rsa-sha1 must not be used")]
    [InlineData("k d1.example:s:./key.pem:ed25519-sha256\n", "the row says ed25519-sha256, but the key is for rsa-sha256")]
    [InlineData("k d1.example:s:./key.pem:dsa\n", "key.pem:dsa does not exist")]
    public async Task Of_the_key_table(string row, string reason)
    {
        await using var place = await TableKeyStorePlace.OfAsync("*@a.example k1\n*@b.example k\n*@c.example k2\n", $"k1 d1.example:s1:./key.pem\n{row}k2 d2.example:s2:./key.pem\n");
        await AssertBadAsync(place, "KeyTable:2: ", reason, "key_table");
    }

    [Theory]
    [InlineData("[u]@b.example")]
    [InlineData("u\\@b.example")]
    [InlineData("(u|v)@b.example")]
    public async Task A_regular_expression_is_no_pattern_and_holds_back_its_domain(string pattern)
    {
        await using var place = await TableKeyStorePlace.OfAsync($"*@a.example k1\n{pattern} k3\n*@c.example k2\n");
        await AssertBadAsync(place, "SigningTable:2: ", "is no pattern", "signing_table");
    }

    [Theory]
    [InlineData("*@b.example")]
    public async Task A_pattern_in_a_plain_table_holds_back_its_domain(string pattern)
    {
        await using var place = await TableKeyStorePlace.OfAsync($"a.example k1\n{pattern} k3\nc.example k2\n", form: "file:");
        await AssertBadAsync(place, "SigningTable:2: ", "which only refile: has", "signing_table");
    }

    [Fact]
    public async Task A_bad_row_before_a_good_one_of_the_same_mail_is_not_passed_over()
    {
        await using var place = await TableKeyStorePlace.OfAsync("*@a.example nosuch\n*@a.example k1\n");
        Assert.StartsWith("misconfigured", await place.FindAsync("u@a.example"), StringComparison.Ordinal);
        await using var all = await TableKeyStorePlace.OfAsync("*@a.example k1\n*@a.example nosuch\n", more: "multiple_signatures = true");
        Assert.StartsWith("misconfigured", await all.FindAsync("u@a.example"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_identifier_that_conflicts_with_the_signing_domain_is_left_out_with_a_warning()
    {
        await using var place = await TableKeyStorePlace.OfAsync("*@a.example k1:@a.example\n*@b.example k1:u@sub.d1.example\n");
        Assert.Equal("d1.example/s1/-", await place.FindAsync("u@a.example"));
        Assert.Equal("d1.example/s1/u@sub.d1.example", await place.FindAsync("u@b.example"));
        var warning = Assert.Single(place.Problems);
        Assert.Equal(ProblemSeverity.Warning, warning.Severity);
        Assert.StartsWith($"{place.Path("SigningTable")}:1: '@a.example' is left out", warning.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_a_list_the_item_is_named()
    {
        await using var place = new TableKeyStorePlace();
        await place.BuildAsync("a.example=k1,b.example=nosuch", "csl:k1=d1.example:s1:./key.pem");
        Assert.StartsWith("signing_table, item 2: ", Assert.Single(place.Problems).Text, StringComparison.Ordinal);
        Assert.StartsWith("misconfigured signing_table, item 2: ", await place.FindAsync("u@b.example"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_table_without_rows_is_worth_a_warning()
    {
        await using var place = await TableKeyStorePlace.OfAsync("# none\n");
        Assert.Equal(ProblemSeverity.Warning, Assert.Single(place.Problems).Severity);
        Assert.Equal("not ours", await place.FindAsync("u@a.example"));
    }

    [Fact]
    public async Task Of_very_many_bad_rows_the_first_hundred_are_named_and_the_rest_counted()
    {
        await using var place = await TableKeyStorePlace.OfAsync(string.Concat(Enumerable.Range(0, 1000).Select(static i => $"*@a{i}.example nosuch\n")));
        Assert.Equal(101, place.Problems.Count);
        Assert.Contains(place.Problems, problem => problem.Text.Contains("SigningTable:100: ", StringComparison.Ordinal));
        Assert.Contains(place.Problems, problem => problem.Text.StartsWith("900 more rows", StringComparison.Ordinal));
    }

    private static async Task AssertBadAsync(TableKeyStorePlace place, string line, string reason, string setting)
    {
        var problem = Assert.Single(place.Problems);
        Assert.Equal(ProblemSeverity.Defect, problem.Severity);
        Assert.StartsWith(place.Path(line), problem.Text, StringComparison.Ordinal);
        Assert.Contains(reason, problem.Text, StringComparison.Ordinal);
        Assert.EndsWith(setting, problem.Location!.Key, StringComparison.Ordinal);
        Assert.Equal($"misconfigured {problem.Text}", await place.FindAsync("u@b.example"));
        Assert.Equal("d1.example/s1/-", await place.FindAsync("u@a.example"));
        Assert.Equal("d2.example/s2/-", await place.FindAsync("u@c.example"));
        Assert.Equal("not ours", await place.FindAsync("u@z.example"));
    }
}
