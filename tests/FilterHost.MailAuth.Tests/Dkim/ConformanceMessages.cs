using System.Text;
using FilterHost.MailAuth.Dkim;
using FilterHost.Tests;

namespace FilterHost.MailAuth.Tests.Dkim;

/// <summary>The real and malformed mail of the conformance data, and changes of one octet in it.</summary>
internal static class ConformanceMessages
{
    public static IReadOnlyList<CanonicalizationPair> Canonicalizations { get; } =
        [.. new[] { "simple/simple", "simple/relaxed", "relaxed/simple", "relaxed/relaxed" }.Select(static text => CanonicalizationPair.TryParse(Encoding.ASCII.GetBytes(text), out var pair) ? pair : throw new FormatException(text))];

    /// <summary>The sizes of the parts that a body is cut into: whole, and cut everywhere.</summary>
    public static IReadOnlyList<int> ChunkSizes { get; } = [int.MaxValue, 7, 1];

    /// <summary>All messages. RFC 6376 §5.4 wants From signed: those without get one.</summary>
    public static IEnumerable<(string Name, RawMessage Message)> All()
    {
        foreach (var path in new[] { "messages/spamassassin", "messages/malformed" }.SelectMany(folder => Directory.GetFiles(ConformanceData.Folder(folder))).Order(StringComparer.Ordinal))
        {
            var message = RawMessage.ParseOctets(File.ReadAllBytes(path));
            yield return (Path.GetFileName(path), message.Header.All("From").Any() ? message : message.With(HeaderField.Create("From", "a@example.com")));
        }
    }

    /// <summary>One octet of the body is another; a body without letters gets one.</summary>
    public static RawMessage ChangeBody(this RawMessage message)
    {
        var body = message.Body.ToArray();
        var letter = body.AsSpan().IndexOfAnyInRange((byte)'a', (byte)'y');
        if (letter < 0)
            return message with { Body = [.. "x"u8, .. body] };
        body[letter]++;
        return message with { Body = body };
    }

    /// <summary>The field has one octet more.</summary>
    public static RawMessage ChangeField(this RawMessage message, string name) => message with
    {
        Header = new HeaderSection([.. message.Header.Select(field => field.IsNamed(name) ? new HeaderField(field.Name, (byte[])[.. field.Body.Span, (byte)'x']) : field)]),
    };
}
