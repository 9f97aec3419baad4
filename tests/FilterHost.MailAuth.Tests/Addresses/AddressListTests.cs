using FilterHost.MailAuth.Addresses;

namespace FilterHost.MailAuth.Tests.Addresses;

/// <summary>Addresses and domains of the settings.</summary>
public sealed class AddressListTests
{
    [Theory]
    [InlineData("user@example.com", "User", "EXAMPLE.com", true)]
    [InlineData("user@example.com", "other", "example.com", false)]
    [InlineData("user@example.com", "user", "sub.example.com", false)]
    [InlineData("example.com", "anybody", "example.com", true)]
    [InlineData("example.com", "anybody", "badexample.com", false)]
    [InlineData("@example.com", "anybody", "example.com", true)]
    [InlineData("*@example.com", "anybody", "example.com", true)]
    [InlineData(".example.com", "anybody", "a.b.example.com", true)]
    [InlineData(".example.com", "anybody", "example.com", false)]
    [InlineData("user@.example.com", "user", "a.example.com", true)]
    [InlineData("user@.example.com", "other", "a.example.com", false)]
    [InlineData("user@*", "user", "anywhere.example", true)]
    [InlineData("user@*", "other", "anywhere.example", false)]
    [InlineData("*", "anybody", "anywhere.example", true)]
    [InlineData("bücher.example", "anybody", "xn--bcher-kva.example", true)]
    [InlineData("a@b@example.com", "a@b", "example.com", true)]
    public void An_entry_covers_what_it_says(string entry, string local, string domain, bool isCovered)
    {
        var list = AddressList.Of([entry], "list");
        Assert.False(list.IsEmpty);
        Assert.Equal(isCovered, list.Has(local, DomainName.Parse(domain)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("@")]
    [InlineData("user@")]
    [InlineData("a b@example.com")]
    [InlineData("user@a..b")]
    [InlineData("user@exa mple.com")]
    public void What_is_neither_address_nor_domain_is_a_mistake_with_its_place(string entry)
    {
        var mistake = Assert.Throws<SettingException>(() => AddressList.Of(["example.com", entry], "list"));
        Assert.Equal("list[1]", mistake.Setting);
    }

    [Fact]
    public void An_empty_list_has_nobody()
    {
        Assert.True(AddressList.Of([], "list").IsEmpty);
        Assert.False(AddressList.Of([], "list").Has("a", DomainName.Parse("example.com")));
    }
}
