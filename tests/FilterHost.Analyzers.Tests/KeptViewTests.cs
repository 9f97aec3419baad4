namespace FilterHost.Analyzers.Tests;

/// <summary>FH0001.</summary>
public sealed class KeptViewTests
{
    [Theory]
    [InlineData("[|_last = chunk|];")]
    [InlineData("[|_last = chunk[1..]|];")]
    [InlineData("[|_last = chunk.Slice(1)|];")]
    [InlineData("[|Last = chunk|];")]
    [InlineData("[|s_last = chunk|];")]
    [InlineData("var part = chunk.Slice(1); var more = part; [|_last = more|];")]
    [InlineData("[|_parts.Add(chunk)|];")]
    [InlineData("[|_parts = [.. _parts, chunk]|];")]
    [InlineData("[|_queue.Enqueue(chunk.Slice(0, 2))|];")]
    [InlineData("[|_sequence = new System.Buffers.ReadOnlySequence<byte>(chunk)|];")]
    [InlineData("[|_later = () => Use(chunk)|];")]
    [InlineData("_ = [|Task.Run(() => Use(chunk))|];")]
    [InlineData("_task = [|Task.Run(() => Use(chunk), message.CancellationToken)|];")]
    [InlineData("[|ThreadPool.QueueUserWorkItem(_ => Use(chunk))|];")]
    public Task A_chunk_that_outlives_its_call_is_warned_of(string statement) => Findings.AreMarkedAsync("FH0001", Filter(statement));

    [Theory]
    [InlineData("_bytes = chunk.ToArray();")]
    [InlineData("_stream.Write(chunk.Span);")]
    [InlineData("await _stream.WriteAsync(chunk);")]
    [InlineData("_bytes = [.. chunk.Span];")]
    [InlineData("_hash.AppendData(chunk.Span);")]
    [InlineData("_length += chunk.Length;")]
    [InlineData("var parts = new List<ReadOnlyMemory<byte>>(); parts.Add(chunk);")]
    [InlineData("await Task.Run(() => Use(chunk));")]
    [InlineData("await Task.Run(() => Use(chunk)).ConfigureAwait(false);")]
    [InlineData("_bytes = await Task.Run(() => chunk.ToArray());")]
    [InlineData("Use(chunk);")]
    [InlineData("_first ??= chunk.Span[0];")]
    public Task A_copy_and_what_ends_within_the_call_are_not(string statement) => Findings.AreMarkedAsync("FH0001", Filter(statement));

    [Fact]
    public Task The_stream_of_the_message_is_valid_in_its_call_only() => Findings.AreMarkedAsync("FH0001", """
        public sealed class Filter : MessageFilter
        {
            private Stream? _stream;
            private long _length;
            public override ValueTask<Verdict> OnEndOfMessageAsync(CompleteMessage message)
            {
                using var stream = message.OpenRead();
                _length = stream.Length;
                [|_stream = message.OpenRead()|];
                [|_stream = stream|];
                return Verdict.Continue;
            }
        }
        """);

    [Fact]
    public Task Memory_that_is_no_body_chunk_is_the_authors_own() => Findings.AreMarkedAsync("FH0001", """
        public sealed class Buffer
        {
            private ReadOnlyMemory<byte> _last;
            public void OnBodyChunkAsync(MailMessage message, ReadOnlyMemory<byte> chunk) => _last = chunk;
        }
        """);

    private static string Filter(string statement) => $$"""
        #pragma warning disable CS1998, CS0649, CS0414
        public sealed class Filter : MessageFilter
        {
            private static ReadOnlyMemory<byte> s_last;
            private readonly List<ReadOnlyMemory<byte>> _list = [];
            private readonly Queue<ReadOnlyMemory<byte>> _queue = new();
            private readonly MemoryStream _stream = new();
            private readonly System.Security.Cryptography.IncrementalHash _hash = System.Security.Cryptography.IncrementalHash.CreateHash(System.Security.Cryptography.HashAlgorithmName.SHA256);
            private List<ReadOnlyMemory<byte>> _parts = [];
            private System.Buffers.ReadOnlySequence<byte> _sequence;
            private ReadOnlyMemory<byte> _last;
            private byte[] _bytes = [];
            private byte? _first;
            private int _length;
            private Action? _later;
            private Task? _task;
            private ReadOnlyMemory<byte> Last { get; set; }
            public override async ValueTask<Verdict> OnBodyChunkAsync(MailMessage message, ReadOnlyMemory<byte> chunk)
            {
                {{statement}}
                return Verdict.Continue;
            }
            private static void Use(ReadOnlyMemory<byte> octets) { }
        }
        """;
}
