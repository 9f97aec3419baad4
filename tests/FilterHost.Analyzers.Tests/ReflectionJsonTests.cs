namespace FilterHost.Analyzers.Tests;

/// <summary>FH0004.</summary>
public sealed class ReflectionJsonTests
{
    [Theory]
    [InlineData("[|JsonSerializer.Serialize(new Answer())|]")]
    [InlineData("[|JsonSerializer.Deserialize<Answer>(\"{}\")|]")]
    [InlineData("[|JsonSerializer.Deserialize(\"{}\", typeof(Answer), new JsonSerializerOptions())|]")]
    [InlineData("[|JsonSerializer.SerializeToUtf8Bytes(new Answer(), new JsonSerializerOptions())|]")]
    [InlineData("[|client.GetFromJsonAsync<Answer>(\"http://localhost\")|]")]
    public Task Reflection_is_warned_of(string call) => Findings.AreMarkedAsync("FH0004", Reader(call));

    [Theory]
    [InlineData("JsonSerializer.Serialize(new Answer(), info)")]
    [InlineData("JsonSerializer.Deserialize(\"{}\", info)")]
    [InlineData("JsonSerializer.Deserialize(\"{}\", typeof(Answer), context)")]
    [InlineData("JsonSerializer.Deserialize<Answer>(\"{}\", context.Options)")]
    [InlineData("client.GetFromJsonAsync(\"http://localhost\", info)")]
    [InlineData("JsonDocument.Parse(\"{}\")")]
    public Task Metadata_that_a_generator_made_is_not(string call) => Findings.AreMarkedAsync("FH0004", Reader(call));

    private static string Reader(string call) => $$"""
        namespace Plugin
        {
            using System.Net.Http.Json;
            using System.Text.Json;
            public sealed class Answer;
            public sealed class Reader(System.Net.Http.HttpClient client, System.Text.Json.Serialization.JsonSerializerContext context, System.Text.Json.Serialization.Metadata.JsonTypeInfo<Answer> info)
            {
                public object? Read() => (client, context, info, {{call}});
            }
        }
        """;
}
