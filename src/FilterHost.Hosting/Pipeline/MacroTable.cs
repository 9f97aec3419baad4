using System.Text;
using FilterHost.Milter;

namespace FilterHost.Hosting.Pipeline;

/// <summary>The macros of one connection as the MTA sent them, by the command they belong to; read only when asked for.</summary>
internal sealed class MacroTable : MacroSet
{
    // Newest stage first: that is the order of look-up.
    private static readonly MilterCommand[] Order =
    [
        MilterCommand.EndOfMessage, MilterCommand.Body, MilterCommand.EndOfHeaders, MilterCommand.Header, MilterCommand.Data,
        MilterCommand.Recipient, MilterCommand.Mail, MilterCommand.Unknown, MilterCommand.Helo, MilterCommand.Connect,
    ];

    private readonly byte[]?[] _pairs = new byte[Order.Length][];
    private readonly int[] _lengths = new int[Order.Length];

    public override string? this[string name]
    {
        get
        {
            var bare = name.AsSpan();
            if (bare.Length > 2 && bare[0] == '{' && bare[^1] == '}')
                bare = bare[1..^1];
            for (var stage = 0; stage < Order.Length; stage++)
            {
                if (_lengths[stage] > 0 && Find(_pairs[stage].AsSpan(0, _lengths[stage]), bare) is { } value)
                    return value;
            }
            return null;
        }
    }

    /// <summary>The macros that came with a command.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Of(MilterCommand command)
    {
        var macros = new List<KeyValuePair<string, string>>();
        var stage = Array.IndexOf(Order, command);
        for (ReadOnlySpan<byte> pairs = stage < 0 ? [] : _pairs[stage].AsSpan(0, _lengths[stage]); !pairs.IsEmpty;)
            macros.Add(new(Encoding.UTF8.GetString(Next(ref pairs)), Encoding.UTF8.GetString(Next(ref pairs))));
        return macros;
    }

    /// <summary>Replaces the macros of a command. Commands without macros of their own are ignored, as the protocol asks.</summary>
    public void Set(MilterCommand command, ReadOnlySpan<byte> pairs)
    {
        var stage = Array.IndexOf(Order, command);
        if (stage < 0)
            return;
        if (_pairs[stage] is not { } buffer || buffer.Length < pairs.Length)
            _pairs[stage] = buffer = new byte[Math.Max(64, pairs.Length)];
        pairs.CopyTo(buffer);
        _lengths[stage] = pairs.Length;
    }

    /// <summary>Forgets what belongs to a message; the connection's stays.</summary>
    public void ClearMessage() => Clear(command => command is not (MilterCommand.Connect or MilterCommand.Helo));

    /// <summary>Forgets everything.</summary>
    public void ClearAll() => Clear(_ => true);

    private void Clear(Func<MilterCommand, bool> which)
    {
        for (var stage = 0; stage < Order.Length; stage++)
        {
            if (which(Order[stage]))
                _lengths[stage] = 0;
        }
    }

    private static string? Find(ReadOnlySpan<byte> pairs, ReadOnlySpan<char> bareName)
    {
        while (!pairs.IsEmpty)
        {
            var name = Next(ref pairs);
            var value = Next(ref pairs);
            if (name.Length > 2 && name[0] == '{' && name[^1] == '}')
                name = name[1..^1];
            if (Ascii.Equals(name, bareName))
                return Encoding.UTF8.GetString(value);
        }
        return null;
    }

    private static ReadOnlySpan<byte> Next(ref ReadOnlySpan<byte> pairs)
    {
        var end = pairs.IndexOf((byte)0);
        var item = end < 0 ? pairs : pairs[..end];
        pairs = end < 0 ? [] : pairs[(end + 1)..];
        return item;
    }
}
