using System.Buffers.Binary;
using System.Text;

namespace FilterHost.Milter.Tests;

/// <summary>Frames as octets, written down independently of the code under test.</summary>
internal static class Wire
{
    public const string Connect = "Cclient.example\04\u0012\u0034192.0.2.1\0";

    public static byte[] Frame(string codeAndData)
    {
        var data = Encoding.Latin1.GetBytes(codeAndData);
        var frame = new byte[4 + data.Length];
        BinaryPrimitives.WriteUInt32BigEndian(frame, (uint)data.Length);
        data.CopyTo(frame, 4);
        return frame;
    }

    public static byte[] Frames(params string[] frames) => [.. frames.SelectMany(Frame)];

    public static string Offer(uint version, uint actions, uint steps) => "O" + Number(version) + Number(actions) + Number(steps);

    public static string Number(uint value)
    {
        var octets = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(octets, value);
        return Encoding.Latin1.GetString(octets);
    }
}
