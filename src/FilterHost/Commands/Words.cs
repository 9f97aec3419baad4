using System.Text.Json;

namespace FilterHost.Commands;

/// <summary>Values as the settings write them.</summary>
internal static class Words
{
    public static string Of(Enum value) => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}
