using System.IO.Compression;

namespace FilterHost.Observation;

/// <summary>The lines of a log, one at a time in one buffer, so that a log of any length takes no more memory than its longest line.</summary>
internal sealed class LogLines(Stream stream)
{
    /// <summary>A line of an observing listener is some 2 kB; twenty signatures and twenty results of 4000 characters each, and an edit for every field of a message, are still below this.</summary>
    private const int MaximumLength = 16 * 1024 * 1024;

    private byte[] _buffer = new byte[64 * 1024];
    private int _start;
    private int _end;
    private bool _isAtEnd;

    /// <summary>The number of the line that was read, from 1.</summary>
    public long Number { get; private set; }

    /// <summary>The line without its end, until the next is read.</summary>
    public ReadOnlyMemory<byte> Line { get; private set; }

    /// <summary>True where the line is longer than is read; <see cref="Line"/> is empty then.</summary>
    public bool IsTooLong { get; private set; }

    /// <summary>Opens a file, gunzipped where its name ends in <c>.gz</c>; - is standard input.</summary>
    public static Stream Open(string path)
    {
        if (path == "-")
            return Console.OpenStandardInput();
        var file = File.OpenRead(path);
        return path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file;
    }

    /// <summary>Reads the next line; false at the end.</summary>
    public bool Read()
    {
        IsTooLong = false;
        var searched = 0;
        int length;
        while ((length = _buffer.AsSpan((_start + searched)..(_end)).IndexOf((byte)'\n')) < 0)
        {
            searched = _end - _start;
            if (searched > MaximumLength)
                (IsTooLong, _start, searched) = (true, _end, 0);
            if (_isAtEnd || !Fill())
                return TakeLast();
        }
        Take(searched + length, 1);
        return true;
    }

    private bool TakeLast()
    {
        if (_start == _end && !IsTooLong)
            return false;
        Take(_end - _start, 0);
        return true;
    }

    private void Take(int length, int lineEnd)
    {
        Number++;
        IsTooLong |= length > MaximumLength;
        Line = IsTooLong ? default : _buffer.AsMemory(_start, length);
        _start += length + lineEnd;
    }

    private bool Fill()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start.._end).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }
        if (_end == _buffer.Length)
            Array.Resize(ref _buffer, _buffer.Length * 2);
        var read = stream.Read(_buffer.AsSpan(_end));
        _end += read;
        _isAtEnd = read == 0;
        return read > 0;
    }
}
