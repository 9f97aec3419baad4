using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Time.Testing;

namespace FilterHost.Hosting.Tests.Foreign;

/// <summary>A milter on a real socket that answers each command with the frames that a test wrote down, and keeps what it was told.</summary>
internal sealed class ScriptedMilter : IAsyncDisposable
{
    /// <summary>In place of frames: the connection is closed.</summary>
    public const string Die = "\u0001die";

    /// <summary>In place of frames: no answer ever comes, and <see cref="Clock"/> goes on until the connection is given up.</summary>
    public const string Hang = "\u0001hang";

    /// <summary>In place of frames: the milter waits for <see cref="Waiting"/>.</summary>
    public const string Wait = "\u0001wait";

    private readonly Socket _listening = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<string> _told = new();
    private readonly ConcurrentQueue<char> _answered = new();
    private readonly ConcurrentDictionary<char, Func<int, string[]>> _answers = new();
    private readonly Task _accepting;
    private int _connections;
    private int _ended;

    /// <summary>Listens.</summary>
    /// <param name="actions">Actions that it asks for.</param>
    /// <param name="steps">Steps that it asks for.</param>
    public ScriptedMilter(uint actions = 0x3F, uint steps = 0x100000)
    {
        (Actions, Steps) = (actions, steps);
        _listening.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listening.Listen();
        Socket = $"inet:{((IPEndPoint)_listening.LocalEndPoint!).Port}@127.0.0.1";
        _accepting = Task.Run(AcceptAsync);
    }

    public uint Actions { get; set; }

    public uint Steps { get; set; }

    /// <summary>Macro lists of the negotiation reply: number of the stage, names.</summary>
    public List<(int Stage, string Names)> MacroLists { get; } = [];

    public uint OfferedActions { get; private set; }

    public string Socket { get; }

    /// <summary>The clock of the pipeline's member, by which its patience ends.</summary>
    public FakeTimeProvider Clock { get; } = new();

    /// <summary>The same, or the real time where a test needs that.</summary>
    public TimeProvider Time { get => field ?? Clock; init; }

    /// <summary>What is waited for at <see cref="Wait"/>: a moment, unless a test says otherwise.</summary>
    public Func<Task> Waiting { get; init; } = static () => Task.Delay(200, TestContext.Current.CancellationToken);

    /// <summary>How many of them are over, on either side.</summary>
    public int Ended => Volatile.Read(ref _ended);

    /// <summary>How many connections it has had.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Commands in their order, each its letter and data; macros and negotiation are left out.</summary>
    public IReadOnlyList<string> Told => [.. _told.Where(frame => frame[0] is not ('D' or 'O')).Select(frame => frame.Replace("\0", "|", StringComparison.Ordinal))];

    /// <summary>True once all frames in answer to a command are sent.</summary>
    public bool IsAnswered(char command) => _answered.Contains(command);

    public string Commands => string.Concat(Told.Select(frame => frame[0]));

    public IReadOnlyList<string> Macros => [.. _told.Where(frame => frame[0] is 'D').Select(frame => frame[1..].Replace("\0", "|", StringComparison.Ordinal))];

    /// <summary>Frames in answer to a command: code and data of each. Without it the answer is "c".</summary>
    public ScriptedMilter At(char command, params string[] frames) => At(command, _ => frames);

    /// <summary>The same by the number of the connection, from 1.</summary>
    public ScriptedMilter At(char command, Func<int, string[]> frames)
    {
        _answers[command] = frames;
        return this;
    }

    /// <summary>An edit that names a field by number.</summary>
    public static string Indexed(char code, uint index, string name, string value)
    {
        var number = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(number, index);
        return $"{code}{Encoding.Latin1.GetString(number)}{name}\0{value}\0";
    }

    public async Task UntilAsync(Func<ScriptedMilter, bool> condition)
    {
        for (var i = 0; !condition(this); i++)
        {
            Assert.True(i < 6000, $"the milter was told {string.Join(' ', Told)}");
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>The same for what it sends: between the two ends of a connection lies a moment of the kernel's.</summary>
    public async Task ArrivedAsync(Func<ScriptedMilter, bool> condition)
    {
        await UntilAsync(condition);
        await Task.Delay(200, TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listening.Dispose();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var socket = await _listening.AcceptAsync(_stop.Token);
                var number = Interlocked.Increment(ref _connections);
                _ = Task.Run(() => ServeAsync(socket, number));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(Socket socket, int connection)
    {
        try
        {
            // Each frame goes out at once, and not only when the one before has arrived.
            socket.NoDelay = true;
            await using var stream = new NetworkStream(socket, ownsSocket: true);
            while (await ReadAsync(stream) is { } frame)
            {
                _told.Enqueue(frame);
                if (!await AnswerAsync(socket, stream, AnswersTo(frame, connection)))
                    break;
                _answered.Enqueue(frame[0]);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException)
        {
            // The test, or the connection, is over.
        }
        Interlocked.Increment(ref _ended);
    }

    /// <summary>False where the connection is over.</summary>
    private async Task<bool> AnswerAsync(Socket socket, NetworkStream stream, string[] answers)
    {
        foreach (var answer in answers)
        {
            if (answer is Die or Hang)
            {
                while (answer == Hang && !IsGivenUp(socket))
                {
                    Clock.Advance(TimeSpan.FromSeconds(1));
                    await Task.Delay(5, _stop.Token);
                }
                return false;
            }
            if (answer == Wait)
                await Waiting();
            else
                await stream.WriteAsync(Frame(answer), _stop.Token);
        }
        return true;
    }

    // Asked at once and not awaited, so that no time passes for the next connection.
    private static bool IsGivenUp(Socket socket) => socket.Poll(0, SelectMode.SelectRead) && socket.Available == 0;

    private string[] AnswersTo(string frame, int connection)
    {
        if (frame[0] == 'O')
            OfferedActions = BinaryPrimitives.ReadUInt32BigEndian(Encoding.Latin1.GetBytes(frame).AsSpan(5));
        if (_answers.TryGetValue(frame[0], out var answers))
            return answers(connection);
        return frame[0] switch
        {
            'O' => [$"O{Number(6)}{Number(Actions)}{Number(Steps)}{string.Concat(MacroLists.Select(list => $"{Number((uint)list.Stage)}{list.Names}\0"))}"],
            'D' or 'A' or 'Q' => [],
            _ => IsSilent(frame[0]) ? [] : ["c"],
        };
    }

    // SMFIP_NR_*.
    private bool IsSilent(char command) => (Steps & command switch
    {
        'L' => 0x80u,
        'C' => 0x1000u,
        'H' => 0x2000u,
        'M' => 0x4000u,
        'R' => 0x8000u,
        'T' => 0x10000u,
        'N' => 0x40000u,
        'B' => 0x80000u,
        _ => 0u,
    }) != 0;

    private async Task<string?> ReadAsync(NetworkStream stream)
    {
        var length = new byte[4];
        if (await stream.ReadAtLeastAsync(length, 4, throwOnEndOfStream: false, _stop.Token) < 4)
            return null;
        var data = new byte[BinaryPrimitives.ReadInt32BigEndian(length)];
        await stream.ReadExactlyAsync(data, _stop.Token);
        return Encoding.Latin1.GetString(data);
    }

    private static byte[] Frame(string text)
    {
        var data = Encoding.Latin1.GetBytes(text);
        var frame = new byte[4 + data.Length];
        BinaryPrimitives.WriteUInt32BigEndian(frame, (uint)data.Length);
        data.CopyTo(frame, 4);
        return frame;
    }

    private static string Number(uint value)
    {
        var octets = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(octets, value);
        return Encoding.Latin1.GetString(octets);
    }
}
