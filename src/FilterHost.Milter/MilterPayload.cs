using System.Buffers.Binary;
using System.Text;

namespace FilterHost.Milter;

/// <summary>Reads the data of the MTA's frames. Strings end with NUL; what does not fit is answered with false.</summary>
internal static class MilterPayload
{
    /// <summary>One string and nothing after it.</summary>
    public static bool TryReadString(ReadOnlyMemory<byte> data, out ReadOnlyMemory<byte> text)
    {
        text = default;
        if (data.IsEmpty || data.Span.IndexOf((byte)0) != data.Length - 1)
            return false;
        text = data[..^1];
        return true;
    }

    /// <summary>SMFIC_MAIL and SMFIC_RCPT: a path, then ESMTP parameters.</summary>
    public static bool TryReadPath(ReadOnlyMemory<byte> data, out ReadOnlyMemory<byte> path, out IReadOnlyList<string> parameters)
    {
        (path, parameters) = (default, []);
        if (data.IsEmpty || data.Span[^1] != 0)
            return false;
        var end = data.Span.IndexOf((byte)0);
        path = data[..end];
        if (end + 1 < data.Length)
            parameters = Strings(data.Span[(end + 1)..]);
        return true;
    }

    /// <summary>SMFIC_HEADER: name and body. A third NUL would let the MTA and us see different fields.</summary>
    public static bool TryReadField(ReadOnlySpan<byte> data, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        name = value = default;
        var end = data.IndexOf((byte)0);
        if (end < 0)
            return false;
        var rest = data[(end + 1)..];
        if (rest.IsEmpty || rest.IndexOf((byte)0) != rest.Length - 1)
            return false;
        name = data[..end];
        value = rest[..^1];
        return true;
    }

    /// <summary>SMFIC_MACRO after the command: name and value by turns; none at all is well (Postfix sends such frames).</summary>
    public static bool AreMacros(ReadOnlySpan<byte> pairs) =>
        pairs.IsEmpty || (pairs[^1] == 0 && pairs.Count((byte)0) % 2 == 0);

    /// <summary>SMFIC_CONNECT.</summary>
    public static bool TryReadConnect(ReadOnlyMemory<byte> data, out MilterClientAddress client)
    {
        client = default;
        var end = data.Span.IndexOf((byte)0);
        if (end < 0 || end + 1 >= data.Length)
            return false;
        var (host, family, rest) = (data[..end], (char)data.Span[end + 1], data[(end + 2)..]);
        // Sendmail ends the frame after the family if it does not know the client; others add an empty address.
        if (family == 'U')
        {
            client = new(host, family, 0, default);
            return true;
        }
        if (family is not ('L' or '4' or '6') || rest.Length < 2 || !TryReadString(rest[2..], out var address))
            return false;
        client = new(host, family, BinaryPrimitives.ReadUInt16BigEndian(rest.Span), address);
        return true;
    }

    /// <summary>SMFIC_OPTNEG. Octets after the three numbers are left alone, as libmilter does.</summary>
    public static bool TryReadOffer(ReadOnlySpan<byte> data, out MilterOffer offer)
    {
        offer = new(0, 0, 0);
        if (data.Length < 12)
            return false;
        offer = Meaning(new(
            BinaryPrimitives.ReadUInt32BigEndian(data),
            (MilterActions)BinaryPrimitives.ReadUInt32BigEndian(data[4..]),
            (MilterSteps)BinaryPrimitives.ReadUInt32BigEndian(data[8..])));
        return true;
    }

    /// <summary>An offer of zero stands for what version 1 had.</summary>
    public static MilterOffer Meaning(MilterOffer offer) => offer with
    {
        Actions = offer.Actions == 0 ? MilterActions.Version1 : offer.Actions,
        Steps = offer.Steps == 0 ? MilterSteps.Version1 : offer.Steps,
    };

    /// <summary>Strings up to the last NUL.</summary>
    public static string[] Strings(ReadOnlySpan<byte> data)
    {
        var strings = new string[data.Count((byte)0)];
        for (var i = 0; i < strings.Length; i++)
        {
            var end = data.IndexOf((byte)0);
            strings[i] = Encoding.UTF8.GetString(data[..end]);
            data = data[(end + 1)..];
        }
        return strings;
    }
}
