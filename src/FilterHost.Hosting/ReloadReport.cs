using System.Buffers;
using System.Text;
using System.Text.Json;
using FilterHost.Hosting.Configuration;

namespace FilterHost.Hosting;

/// <summary>What came of a reload.</summary>
/// <param name="IsApplied">False where the settings before stay in force.</param>
/// <param name="Changes">What has changed, a line each; of a refused reload nothing.</param>
/// <param name="Problems">What was found: errors, for which it was refused, and warnings.</param>
internal sealed record ReloadReport(bool IsApplied, IReadOnlyList<string> Changes, ProblemList Problems)
{
    /// <summary>The report as JSON: applied, changes, problems.</summary>
    public string ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            writer.WriteStartObject();
            writer.WriteBoolean("applied", IsApplied);
            writer.WriteStartArray("changes");
            foreach (var change in Changes)
                writer.WriteStringValue(change);
            writer.WriteEndArray();
            writer.WritePropertyName("problems");
            Problems.Write(writer);
            writer.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
