using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace FilterHost.Tests;

/// <summary>The declaration of the daemons' options, against the manuals and the daemons themselves.</summary>
public sealed partial class ImportOptionTests
{
    private static readonly string[] Fates = ["carried", "elsewhere", "obsolete", "dropped"];

    [Theory]
    [InlineData("opendkim")]
    [InlineData("opendmarc")]
    public async Task Every_option_of_the_manual_is_declared_with_its_type(string daemon)
    {
        var options = (await ReadAsync(daemon)).ToDictionary(option => option.Name, StringComparer.OrdinalIgnoreCase);
        var manual = Manual(daemon);
        Assert.NotEmpty(manual);
        Assert.All(manual, named =>
        {
            Assert.True(options.TryGetValue(named.Name, out var option), $"{named.Name} is not declared");
            Assert.Equal(Corrected(named.Name, TypeOf(named.Type)), option.Type is "set" ? "text" : option.Type);
        });
    }

    [Theory]
    [InlineData("opendkim")]
    [InlineData("opendmarc")]
    public async Task The_daemon_knows_the_options_of_its_build_and_no_other(string daemon)
    {
        using var place = new Workplace();
        foreach (var option in await ReadAsync(daemon))
        {
            var file = place.Write("c.conf", $"Socket inet:1@localhost\n{option.Name} 1\n");
            var (_, errors) = await ImportedDaemon.CheckAsync(daemon, file, place.Folder);
            Assert.Equal(option.IsOfOtherBuilds, errors.Contains("unrecognized parameter", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("opendkim")]
    [InlineData("opendmarc")]
    public async Task The_daemon_reads_values_of_the_type_that_is_declared(string daemon)
    {
        using var place = new Workplace();
        foreach (var option in (await ReadAsync(daemon)).Where(option => !option.IsOfOtherBuilds && option.Type is not "include"))
        {
            Assert.Equal(option.Type is "number" or "flag", await RefusesAsync(daemon, place, option.Name, "q"));
            Assert.Equal(option.Type is "number", await RefusesAsync(daemon, place, option.Name, "yes"));
        }
    }

    [Theory]
    [InlineData("opendkim")]
    [InlineData("opendmarc")]
    public async Task Every_option_says_in_a_line_what_becomes_of_it(string daemon) => Assert.All(await ReadAsync(daemon), option =>
    {
        Assert.Contains(option.Fate, Fates);
        Assert.InRange(option.Note.Length, 4, 240);
        Assert.DoesNotContain('\n', option.Note);
    });

    [Theory]
    [InlineData("opendkim", "SendReports", "Statistics")]
    [InlineData("opendmarc", "FailureReports", "HistoryFile")]
    public async Task Options_whose_reports_stop_are_loud(string daemon, params string[] names)
    {
        var options = await ReadAsync(daemon);
        Assert.All(names, name => Assert.True(options.Single(option => option.Name == name).IsLoud));
    }

    private static async Task<bool> RefusesAsync(string daemon, Workplace place, string option, string value)
    {
        var file = place.Write("c.conf", $"{option} {value}\n");
        return (await ImportedDaemon.CheckAsync(daemon, file, place.Folder)).Errors.Contains("at line 1: illegal value", StringComparison.Ordinal);
    }

    private static (string Name, string Type)[] Manual(string daemon)
    {
        using var pages = new StreamReader(new GZipStream(File.OpenRead($"/usr/share/man/man5/{daemon}.conf.5.gz"), CompressionMode.Decompress), Encoding.Latin1);
        return [.. Heading().Matches(pages.ReadToEnd()).Select(match => (match.Groups["name"].Value, match.Groups["type"].Value))];
    }

    private static string TypeOf(string type) => type.ToLowerInvariant() switch
    {
        "boolean" => "flag",
        "integer" => "number",
        "dataset" or "data set" or "string" or "address" or "filename" => "text",
        _ => throw new ArgumentException($"a type of its own: {type}"),
    };

    // The manuals call these text, or the other way round, and the daemons read them otherwise.
    private static string Corrected(string name, string type) => (name, type) switch
    {
        ("Include", _) => "include",
        ("VBR-PurgeFields", _) => "flag",
        ("LDAPKeepaliveIdle" or "LDAPKeepaliveInterval" or "LDAPKeepaliveProbes" or "LDAPTimeout", _) => "text",
        _ => type,
    };

    private static async Task<Option[]> ReadAsync(string daemon)
    {
        using var place = new Workplace();
        using var document = (await place.RunBareAsync("import", daemon, "--list-options", "--json")).Expect(0).ReadJson();
        return [.. document.RootElement.GetProperty("options").EnumerateArray().Select(Option.Of)];
    }

    [GeneratedRegex(@"^\.I +(?<name>[A-Za-z-]+) \((?<type>[A-Za-z ]+)\)", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Heading();

    private sealed record Option(string Name, string Type, string Fate, string Note, bool IsLoud, bool IsOfOtherBuilds)
    {
        public static Option Of(JsonElement element) => new(
            element.GetProperty("name").GetString()!,
            element.GetProperty("type").GetString()!,
            element.GetProperty("fate").GetString()!,
            element.GetProperty("note").GetString()!,
            element.GetProperty("loud").GetBoolean(),
            element.GetProperty("other_builds").GetBoolean());
    }
}
