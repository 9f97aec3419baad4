using System.Text;
using System.Text.RegularExpressions;
using CsCheck;
using FilterHost.MailAuth.Dkim;

namespace FilterHost.MailAuth.Tests.Dkim;

/// <summary>Names of fields with stars in them.</summary>
public sealed class FieldPatternTests
{
    [Theory]
    [InlineData("List-*", "list-id", true)]
    [InlineData("List-*", "List-", true)]
    [InlineData("List-*", "List", false)]
    [InlineData("*-Type", "Content-Type", true)]
    [InlineData("*-Type", "Content-Types", false)]
    [InlineData("X-*-Long", "X-Long", false)]
    [InlineData("X-*-Long", "x--long", true)]
    [InlineData("X-*-Long", "X-Long-Long-Long", true)]
    [InlineData("*a*b*", "xxaxxbxx", true)]
    [InlineData("*a*b*", "xxbxxaxx", false)]
    [InlineData("aa*aa", "aaa", false)]
    [InlineData("Subject", "SUBJECT", true)]
    [InlineData("Subject", "Subject ", false)]
    public void A_star_stands_for_any_characters_or_none(string pattern, string name, bool matches) => Assert.Equal(matches, FieldPattern.Matches(pattern, Encoding.ASCII.GetBytes(name)));

    [Fact]
    public void Patterns_match_as_the_regular_expression_of_the_same_meaning_does()
    {
        var letters = Gen.Char["ab*"].Array[0, 8].Select(static characters => new string(characters));
        Gen.Select(letters, Gen.Char["aAbB"].Array[0, 10].Select(static characters => new string(characters))).Sample((pattern, name) =>
            FieldPattern.Matches(pattern, Encoding.ASCII.GetBytes(name)) == Regex.IsMatch(name, $"^{pattern.Replace("*", ".*", StringComparison.Ordinal)}$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant));
    }

    [Theory]
    [InlineData("X-*", true)]
    [InlineData("Y.Foo", true)]
    [InlineData("*", false)]
    [InlineData("**", false)]
    [InlineData("", false)]
    [InlineData("a b", false)]
    [InlineData("a;b", false)]
    [InlineData("a:b", false)]
    public void Only_what_can_stand_in_a_list_of_names_is_a_pattern(string pattern, bool isValid) => Assert.Equal(isValid, FieldPattern.IsValid(pattern));
}
