using System.Text.Json;
using System.Text.RegularExpressions;
using FilterHost.Hosting.Configuration;

namespace FilterHost.Hosting.Tests.Configuration;

public sealed partial class SettingsReferenceTests
{
    private sealed record SmallSettings
    {
        [Setting("The domain | the zone.")]
        public required DomainName Domain { get; init; }

        [Setting("How long to wait, which is a text of more than a hundred letters so that it has to be broken into two lines.", Minimum = 1, Maximum = 60)]
        public TimeSpan Wait { get; init; } = TimeSpan.FromSeconds(5);

        [Setting("Servers.", Example = "[\"127.0.0.1:53\"]")]
        public IReadOnlyList<System.Net.IPEndPoint> Servers { get; init; } = [];

        [Setting("Entries.")]
        public IReadOnlyList<SampleEntry> Entries { get; init; } = [];

        [Setting("Itself.")]
        public SmallSettings? Inner { get; init; }
    }

    public static TheoryData<Type> Records => [typeof(HostSettings), typeof(ListenerSettings), typeof(InstanceHostSettings), typeof(SampleSettings)];

    [Fact]
    public void The_commented_file_shows_text_type_default_and_example() =>
        Assert.StartsWith(
            """
            [filter.x]

            # The domain | the zone.
            # Takes a domain name. Required.
            domain = "example.com"

            # How long to wait, which is a text of more than a hundred letters so that it has to be broken into
            # two lines.
            # Takes a duration such as "10s" (ms, s, m, h, d) from 1s to 1m. Default: "5s"
            #wait = "5s"

            # Servers.
            # Takes a list, each item an address and port such as "192.0.2.1:53" or "[2001:db8::1]:53". Default:
            # []
            #servers = ["127.0.0.1:53"]

            # Entries.
            # Takes a list, each item a table. Default: []
            # entries[].domain: The domain.
            # Takes a domain name. Required.
            # entries[].file: The file.
            # Takes the path of a file.
            #entries = [{ domain = "example.com" }]

            # Itself.
            """,
            SettingsReference.AsToml(typeof(SmallSettings), "[filter.x]"),
            StringComparison.Ordinal);

    [Fact]
    public void The_table_has_a_row_for_each_key_and_escapes_bars()
    {
        var lines = SettingsReference.AsMarkdown(typeof(SmallSettings)).Split('\n');
        Assert.Equal("| Key | Takes | Default | Meaning |", lines[0]);
        Assert.Equal(@"| `domain` | a domain name | required | The domain \| the zone. |", lines[2]);
        Assert.Contains("| `entries[].file` | the path of a file |  | The file. |", lines);
    }

    [Fact]
    public void A_record_that_holds_itself_ends() => Assert.InRange(SettingsReference.Of(typeof(SmallSettings)).Count, 10, 100);

    [Theory]
    [MemberData(nameof(Records))]
    public void The_commented_file_uncommented_binds(Type record)
    {
        var file = CommentedKey().Replace(SettingsReference.AsToml(record), "");
        var problems = new ProblemList();
        // References to secrets need something to refer to.
        var secret = file.Replace("file = \"path\" }", "env = \"X\" }", StringComparison.Ordinal);
        Assert.NotNull(new SettingsBinder(_ => "x").Bind(record, SettingsOf.Table(secret), new HashSet<string>(), problems));
        Assert.Equal("", problems.ToString());
    }

    [Theory]
    [MemberData(nameof(Records))]
    public void Every_key_of_the_record_is_in_each_form(Type record)
    {
        using var schema = JsonDocument.Parse(SettingsSchema.Of(record));
        var (file, page) = (SettingsReference.AsToml(record), SettingsReference.AsMarkdown(record));
        foreach (var key in SettingKey.Of(record))
        {
            Assert.Matches($"(?m)^#?{key.Name} = ", file);
            Assert.Contains($"| `{key.Name}` |", page, StringComparison.Ordinal);
            Assert.True(schema.RootElement.GetProperty("properties").TryGetProperty(key.Name, out _));
        }
    }

    [Theory]
    [InlineData(typeof(HostSettings))]
    [InlineData(typeof(ListenerSettings))]
    [InlineData(typeof(InstanceHostSettings))]
    public void Every_property_of_the_hosts_records_is_documented(Type record)
    {
        var documented = SettingKey.Of(record).Select(key => key.Property.Name);
        Assert.Equal(record.GetProperties().Where(property => property.CanWrite).Select(property => property.Name).Order(), documented.Order());
        Assert.All(SettingKey.Of(record), key => Assert.InRange(key.Attribute.Text.Length, 40, 800));
    }

    [Fact]
    public void Defaults_of_the_hosts_records_are_within_their_ranges()
    {
        foreach (var record in new[] { typeof(HostSettings), typeof(ListenerSettings), typeof(InstanceHostSettings) })
        {
            var lines = SettingsReference.Of(record).Where(entry => !entry.IsNested).Select(entry => $"{entry.Path} = {entry.Default ?? entry.Sample}");
            var problems = new ProblemList();
            Assert.NotNull(new SettingsBinder().Bind(record, SettingsOf.Table(string.Join('\n', lines)), new HashSet<string>(), problems));
        }
    }

    [Fact]
    public void The_schema_has_types_ranges_defaults_and_required_keys()
    {
        using var schema = JsonDocument.Parse(SettingsSchema.Of(typeof(SampleSettings)));
        var properties = schema.RootElement.GetProperty("properties");
        Assert.False(schema.RootElement.GetProperty("additionalProperties").GetBoolean());
        Assert.Equal((1, 60, 7), (properties.GetProperty("count").GetProperty("minimum").GetInt32(), properties.GetProperty("count").GetProperty("maximum").GetInt32(), properties.GetProperty("count").GetProperty("default").GetInt32()));
        Assert.Equal("10s", properties.GetProperty("time_limit").GetProperty("default").GetString());
        Assert.Equal(2, properties.GetProperty("algorithm").GetProperty("enum").GetArrayLength());
        Assert.Equal("domain", properties.GetProperty("entry").GetProperty("required")[0].GetString());
        Assert.Equal(1, properties.GetProperty("password").GetProperty("maxProperties").GetInt32());
        Assert.Equal("integer", properties.GetProperty("by_name").GetProperty("additionalProperties").GetProperty("type").GetString());
    }

    [Fact]
    public void The_schema_of_a_file_knows_listeners_and_the_keys_of_plugins()
    {
        using var schema = JsonDocument.Parse(SettingsSchema.OfFile(new Dictionary<string, Type> { ["X"] = typeof(SmallSettings) }));
        var properties = schema.RootElement.GetProperty("properties");
        Assert.True(properties.GetProperty("listener").GetProperty("items").GetProperty("properties").TryGetProperty("socket", out _));
        var instance = properties.GetProperty("filter").GetProperty("additionalProperties");
        Assert.False(instance.TryGetProperty("additionalProperties", out _));
        var table = instance.GetProperty("allOf")[0].GetProperty("then").GetProperty("properties");
        Assert.True(table.TryGetProperty("domain", out _) && table.TryGetProperty("on_error", out _));
    }

    [Theory]
    [InlineData("a\"b\\c\n\t\u0001é", "\"a\\\"b\\\\c\\n\\t\\u0001é\"")]
    public void Strings_are_quoted_for_toml_and_json_alike(string text, string quoted)
    {
        Assert.Equal(quoted, TomlText.Of(text));
        Assert.Equal(text, SettingsOf.Table($"a = {quoted}").Text("a"));
        using var json = JsonDocument.Parse(quoted);
        Assert.Equal(text, json.RootElement.GetString());
    }

    [GeneratedRegex("^#(?=[a-z_]+ = )", RegexOptions.Multiline)]
    private static partial Regex CommentedKey();
}
