using System.Runtime.CompilerServices;
using System.Text;
using FilterHost.Hosting.Pipeline;
using Microsoft.Extensions.Logging;

namespace FilterHost.Testing;

// What a test may expect of a run. Each gives the run back, so that they chain.
public sealed partial class FilterRun
{
    /// <summary>The message goes on to its recipients, changed or not, and is not held.</summary>
    /// <exception cref="ExpectationException">It does not.</exception>
    public FilterRun ExpectDelivered() =>
        Expect(Verdict is VerdictKind.Continue or VerdictKind.Accept && QuarantineReason is null, "the message to be delivered");

    /// <summary>The message goes on, and no filter changes anything.</summary>
    /// <exception cref="ExpectationException">It does not, or one does.</exception>
    public FilterRun ExpectUnchanged() => ExpectDelivered().Expect(Edits.Count == 0, "no edit");

    /// <summary>The message is refused for good, 5yz.</summary>
    /// <param name="reply">What the reply contains: <c>550 5.7.1</c>, a part of its text.</param>
    /// <exception cref="ExpectationException">It is not.</exception>
    public FilterRun ExpectRejected(string reply = "") => ExpectReply(VerdictKind.Reject, "refused for good", reply);

    /// <summary>The message is refused for now, 4yz.</summary>
    /// <param name="reply">What the reply contains.</param>
    /// <exception cref="ExpectationException">It is not.</exception>
    public FilterRun ExpectTempFailed(string reply = "") => ExpectReply(VerdictKind.TempFail, "refused for now", reply);

    /// <summary>The client hears that the message is accepted, and it is dropped.</summary>
    /// <exception cref="ExpectationException">It is not.</exception>
    public FilterRun ExpectDiscarded() => Expect(Verdict is VerdictKind.Discard, "the message to be discarded");

    /// <summary>The message is to be held for an administrator.</summary>
    /// <param name="reason">What the reason contains.</param>
    /// <exception cref="ExpectationException">It is not.</exception>
    public FilterRun ExpectQuarantined(string reason = "") =>
        Expect(QuarantineReason?.Contains(reason, StringComparison.Ordinal) ?? false, Containing("the message to be held", "a reason", reason));

    /// <summary>The topmost field of that name has this text, unfolded and decoded (RFC 2047).</summary>
    /// <exception cref="ExpectationException">There is no such field, or it has another text.</exception>
    public FilterRun ExpectHeader(string name, string text) =>
        Expect(Fields.First(name)?.DecodedText == text, $"the header field {name}: {text}");

    /// <summary>The message has no field of that name.</summary>
    /// <exception cref="ExpectationException">It has.</exception>
    public FilterRun ExpectNoHeader(string name) => Expect(Fields.First(name) is null, $"no header field {name}");

    /// <summary>A result was published: <c>ExpectResult("spf", "softfail")</c>.</summary>
    /// <param name="method">The method, as Authentication-Results names it.</param>
    /// <param name="word">The result's word.</param>
    /// <exception cref="ExpectationException">It was not.</exception>
    public FilterRun ExpectResult(string method, string word) =>
        Expect(Results.Any(result => result.Method == method && result.Word == word), $"the result {method}={word}");

    /// <summary>A filter said this on the message's log line.</summary>
    /// <param name="text">What the note contains.</param>
    /// <exception cref="ExpectationException">None did.</exception>
    public FilterRun ExpectNote(string text) => Expect(Notes.Any(note => note.Text.Contains(text, StringComparison.Ordinal)), $"a note that contains \"{text}\"");

    /// <summary>A line of that level was logged.</summary>
    /// <param name="level">Its level.</param>
    /// <param name="text">What it contains.</param>
    /// <exception cref="ExpectationException">None was.</exception>
    public FilterRun ExpectLog(LogLevel level, string text) =>
        Expect(Log.Any(line => line.Level == level && line.Text.Contains(text, StringComparison.Ordinal)), $"a line of level {level} in the log that contains \"{text}\"");

    /// <summary>Nothing was logged as a warning or worse: no fault of a filter, no oddity of the settings.</summary>
    /// <exception cref="ExpectationException">Something was.</exception>
    public FilterRun ExpectNoProblems() => Expect(!Log.Any(line => line.Level >= LogLevel.Warning), "no warning and no error in the log");

    /// <summary>The delivered body is this text. Line ends may be LF.</summary>
    /// <exception cref="ExpectationException">It is not; the message has a diff.</exception>
    public FilterRun ExpectBody(string text) => ExpectSame("this body", WireMessage.ToWireLines(Encoding.UTF8.GetBytes(text)), Body);

    /// <summary>The message as delivered, header section and body, is this text. Line ends may be LF.</summary>
    /// <exception cref="ExpectationException">It is not; the message has a diff.</exception>
    public FilterRun ExpectMessage(string text) => ExpectSame("this message", WireMessage.ToWireLines(Encoding.UTF8.GetBytes(text)), Message);

    /// <summary>
    /// The message as delivered is that of a golden file. Line ends may be LF in the file. With the environment variable <c>FILTERHOST_RENEW_GOLDEN=1</c> the file is written in place of
    /// the comparison; where <c>CI=true</c> this is refused, so that no test is green there by what it wrote itself.
    /// </summary>
    /// <param name="path">The file, relative to the folder of the test's source file.</param>
    /// <param name="sourceFile">Given by the compiler.</param>
    /// <exception cref="ExpectationException">It is another message, and the exception has a diff; or there is no such file.</exception>
    public FilterRun ExpectGolden(string path, [CallerFilePath] string sourceFile = "")
    {
        ExpectDelivered();
        var golden = new GoldenFile(path, sourceFile);
        if (golden.TryRenew(Message.Span))
            return this;
        return ExpectSame($"the message of {golden.Path}", golden.Read(), Message);
    }

    /// <summary>All that came of the message, as failed expectations print it.</summary>
    public override string ToString() => string.Join('\n', Lines());

    private IEnumerable<string> Lines() =>
    [
        $"verdict: {Verdict}{(Reply is null ? "" : $", {Reply}")}",
        .. RefusedRecipients.Select(refused => $"refused recipient: {refused.Path}, {refused.Reply}"),
        .. Edits.Select(edit => $"edit: {EditText.Of(edit)}"),
        .. Results.Select(result => $"result: {result.Method}={result.Word}{(result.Reason is { } reason ? $" ({reason})" : "")}"),
        .. Notes.Select(note => $"note of {note.Filter}: {note.Text}"),
        .. Log.Select(line => $"log: {line.Level}: {line.Text}{(line.Exception is null ? "" : $"\n{line.Exception}")}"),
    ];

    private static string Containing(string expected, string what, string part) => part.Length == 0 ? expected : $"{expected} with {what} that contains \"{part}\"";

    private FilterRun ExpectReply(VerdictKind kind, string words, string reply) =>
        Expect(Verdict == kind && Reply!.ToString().Contains(reply, StringComparison.Ordinal), Containing($"the message to be {words}", "a reply", reply));

    private FilterRun ExpectSame(string what, ReadOnlyMemory<byte> expected, ReadOnlyMemory<byte> actual)
    {
        ExpectDelivered();
        return expected.Span.SequenceEqual(actual.Span) ? this : throw new ExpectationException($"Expected {what} (-), but it is another (+):\n{LineDiff.Of(expected.Span, actual.Span)}\n{this}");
    }

    private FilterRun Expect(bool isSo, string what) => isSo ? this : throw new ExpectationException($"Expected {what}. What came of it:\n{this}\n{FieldsText()}");

    private string FieldsText() => Message.IsEmpty ? "" : $"header section as delivered:\n{string.Concat(Fields.Select(field => $"  {field}\n"))}";
}
