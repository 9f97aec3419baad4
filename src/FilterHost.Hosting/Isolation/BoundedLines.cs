using System.Text;

namespace FilterHost.Hosting.Isolation;

/// <summary>Lines of another process, which may write whatever it likes.</summary>
internal static class BoundedLines
{
    private const int ChunkSize = 16 * 1024;

    /// <summary>Reads lines to the end; of a longer one the rest is dropped. An end without a line end ends a line too.</summary>
    /// <param name="stream">The octets, UTF-8.</param>
    /// <param name="longest">The most octets of a line.</param>
    public static async IAsyncEnumerable<string> ReadAsync(Stream stream, int longest)
    {
        var chunk = new byte[ChunkSize];
        var line = new List<byte>();
        for (int count; (count = await stream.ReadAsync(chunk).ConfigureAwait(false)) > 0;)
        {
            for (var start = 0; start < count;)
            {
                var end = Array.IndexOf(chunk, (byte)'\n', start, count - start);
                var stop = end < 0 ? count : end;
                line.AddRange(chunk.AsSpan(start, Math.Min(stop - start, longest - line.Count)));
                start = stop + 1;
                if (end < 0)
                    break;
                yield return Take(line);
            }
        }
        if (line.Count > 0)
            yield return Take(line);
    }

    private static string Take(List<byte> line)
    {
        var text = Encoding.UTF8.GetString([.. line]);
        line.Clear();
        return text;
    }
}
