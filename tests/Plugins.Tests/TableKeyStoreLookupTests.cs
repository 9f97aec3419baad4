namespace FilterHost.Plugins.Tests;

public sealed class TableKeyStoreLookupTests
{
    private const string EveryForm = "u@a.b.example k1\na.b.example k2\nu@.b.example k3\n.b.example k4\nu@.example k5\n.example k6\nu@* k7\n* k8\n";

    [Fact]
    public async Task A_plain_table_is_asked_from_the_whole_address_up_to_the_star()
    {
        await using var place = await TableKeyStorePlace.OfAsync(EveryForm, form: "file:");
        foreach (var (address, expected) in new[]
        {
            ("u@a.b.example", "d1.example/s1/-"),
            ("v@a.b.example", "d2.example/s2/-"),
            ("u@c.b.example", "d3.example/s3/-"),
            ("v@c.b.example", "d4.example/s4/-"),
            ("u@x.example", "d5.example/s5/-"),
            ("v@x.example", "d6.example/s6/-"),
            ("u@other.test", "d7.example/s7/-"),
            ("v@other.test", "d8.example/s8/-"),
            ("U@A.B.EXAMPLE", "d1.example/s1/-"),
        })
        {
            Assert.Equal($"{address} {expected}", $"{address} {await place.FindAsync(address)}");
        }
    }

    [Fact]
    public async Task A_domain_with_a_leading_dot_is_that_below_it_and_not_itself()
    {
        await using var place = await TableKeyStorePlace.OfAsync(".a.example k1\nu@.b.example k2\n", form: "./");
        Assert.Equal("not ours", await place.FindAsync("v@a.example"));
        Assert.Equal("d1.example/s1/-", await place.FindAsync("v@x.a.example"));
        Assert.Equal("not ours", await place.FindAsync("u@b.example"));
        Assert.Equal("d2.example/s2/-", await place.FindAsync("u@x.b.example"));
    }

    [Fact]
    public async Task User_and_domain_of_one_step_up_are_asked_for_before_the_next_step()
    {
        await using var place = await TableKeyStorePlace.OfAsync("u@.example k2\n.b.example k1\n", form: "./");
        Assert.Equal("d1.example/s1/-", await place.FindAsync("u@c.b.example"));
    }

    [Fact]
    public async Task A_pattern_fits_the_whole_address_and_only_the_star_has_a_meaning()
    {
        await using var place = await TableKeyStorePlace.OfAsync("*@A.Example k1\nu@b.example k2\n*bb.example k3\n*.c.example k4\nx@* k5\n*@*.f.example k6\nlist-*-owner@g.* k7\na+b@h.example k8\na.b@h.example k9\n");
        foreach (var (address, expected) in new[]
        {
            ("Q@a.example", "d1.example/s1/-"),
            ("u@b.example", "d2.example/s2/-"),
            ("w@bb.example", "d3.example/s3/-"),
            ("w@d.c.example", "d4.example/s4/-"),
            ("w@c.example", "not ours"),
            ("x@c.test", "d5.example/s5/-"),
            ("w@e.f.example", "d6.example/s6/-"),
            ("list-1-owner@g.example", "d7.example/s7/-"),
            ("a+b@h.example", "d8.example/s8/-"),
            ("aab@h.example", "not ours"),
            ("axb@h.example", "not ours"),
            ("u@b.example.evil.test", "not ours"),
        })
        {
            Assert.Equal($"{address} {expected}", $"{address} {await place.FindAsync(address)}");
        }
    }

    [Theory]
    [InlineData("u@a.example k1", "*@a.example k2", "* k3")]
    [InlineData("*@a.example k1", "u@a.example k2", "* k3")]
    [InlineData("* k1", "*@a.example k2", "u@a.example k3")]
    [InlineData("*u@a.ex* k1", "* k2", "*@a.example k3")]
    [InlineData("*.example k1", "*@a.example k2", "*@* k3")]
    [InlineData("*@*.example k1", "*@a.example k2", "*.example k3")]
    [InlineData("*@a.example k1", "*@a.example k2", "u*@a.example k3")]
    public async Task The_first_pattern_of_the_file_counts_and_all_in_order_where_several_sign(params string[] rows)
    {
        await using var one = await TableKeyStorePlace.OfAsync(string.Join('\n', rows));
        Assert.Equal("d1.example/s1/-", await one.FindAsync("u@a.example"));
        await using var all = await TableKeyStorePlace.OfAsync(string.Join('\n', rows), more: "multiple_signatures = true");
        // The first row's signature goes on first and so ends up lowest, as with OpenDKIM.
        Assert.Equal("d3.example/s3/- d2.example/s2/- d1.example/s1/-", await all.FindAsync("u@a.example"));
    }

    [Fact]
    public async Task Every_row_of_a_plain_table_that_fits_signs_where_several_sign()
    {
        await using var place = await TableKeyStorePlace.OfAsync(EveryForm, form: "file:", more: "multiple_signatures = true");
        Assert.Equal("8 7 6 5 4 3 2 1", string.Join(' ', (await place.FindAsync("u@a.b.example")).Split(' ').Select(static key => key[1])));
        Assert.Equal("d8.example/s8/- d6.example/s6/- d4.example/s4/- d2.example/s2/-", await place.FindAsync("v@a.b.example"));
    }

    [Theory]
    [InlineData("bücher.example k1\n", "file:")]
    [InlineData("xn--bcher-kva.example k1\n", "file:")]
    [InlineData("BÜCHER.example k1\n", "file:")]
    [InlineData("*@bücher.example k1\n", "refile:")]
    [InlineData("*@xn--bcher-kva.example k1\n", "refile:")]
    [InlineData("*@*ücher.example k2\n*cher-kva.example k1\n", "refile:")]
    public async Task A_table_in_U_labels_and_one_in_A_labels_are_the_same(string table, string form)
    {
        await using var place = await TableKeyStorePlace.OfAsync(table, form: form);
        Assert.Equal("d1.example/s1/-", await place.FindAsync("u@bücher.example"));
        Assert.Equal("d1.example/s1/-", await place.FindAsync("u@xn--bcher-kva.example"));
    }

    [Fact]
    public async Task Sub_domains_of_a_U_label_domain_are_found_in_both_kinds_of_table()
    {
        await using var plain = await TableKeyStorePlace.OfAsync(".bücher.example k1\n", form: "file:");
        Assert.Equal("d1.example/s1/-", await plain.FindAsync("u@a.xn--bcher-kva.example"));
        await using var patterns = await TableKeyStorePlace.OfAsync("*@*.bücher.example k1\n");
        Assert.Equal("d1.example/s1/-", await patterns.FindAsync("u@a.bücher.example"));
    }

    [Fact]
    public async Task A_local_part_cannot_pass_for_another_address()
    {
        await using var place = await TableKeyStorePlace.OfAsync("x@*.test k1\nx@a.example* k2\n");
        Assert.Equal("not ours", await place.FindAsync("x@a.example@b.test"));
        Assert.Equal("d1.example/s1/-", await place.FindAsync("x@b.test"));
    }

    [Fact]
    public async Task The_percent_sign_is_the_authors_domain_in_name_identifier_domain_and_path()
    {
        await using var place = new TableKeyStorePlace();
        foreach (var name in new[] { "a.example", "xn--bcher-kva.example" })
            place.Plugins.Write($"keys/{name}.pem", TableKeyStorePlace.Key.ExportPkcs8PrivateKeyPem());
        place.Plugins.Write("SigningTable", "*@a.example all:@%\n*@bücher.example all:news@%\n*@sub.c.example c:@%\n*@d.example %\n*@ä.example %\n");
        place.Plugins.Write("KeyTable", "all %:s1:./keys/%.pem\nc c.example:s2:./key.pem\nd.example d.example:s3:./key.pem\nä.example %:s4:./key.pem\n");
        await place.BuildAsync("refile:SigningTable", "file:KeyTable");
        Assert.Empty(place.Problems);
        Assert.Equal("a.example/s1/@a.example", await place.FindAsync("u@a.example"));
        Assert.Equal("xn--bcher-kva.example/s1/news@xn--bcher-kva.example", await place.FindAsync("u@bücher.example"));
        Assert.Equal("c.example/s2/@sub.c.example", await place.FindAsync("u@sub.c.example"));
        Assert.Equal("d.example/s3/-", await place.FindAsync("u@d.example"));
        Assert.Equal("xn--4ca.example/s4/-", await place.FindAsync("u@ä.example"));
        foreach (var address in new[] { "u@a.example", "u@bücher.example", "u@d.example", "u@ä.example" })
            Assert.True(await place.SignsAsync(address), address);
    }
}
