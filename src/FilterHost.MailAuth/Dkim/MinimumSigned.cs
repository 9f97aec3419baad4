using System.Globalization;

namespace FilterHost.MailAuth.Dkim;

/// <summary>How much of a body has to be signed, in the form of OpenDKIM's Minimum: <c>n</c> octets or all of a shorter body, <c>n%</c> of the body, or all but <c>n+</c> octets.</summary>
public sealed class MinimumSigned
{
    private readonly long _number;
    private readonly char _unit;

    private MinimumSigned(long number, char unit) => (_number, _unit) = (number, unit);

    /// <summary>Parses one; null where the text is none.</summary>
    public static MinimumSigned? Parse(string text)
    {
        var unit = text.EndsWith('%') || text.EndsWith('+') ? text[^1] : ' ';
        var digits = unit == ' ' ? text : text[..^1];
        return long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && (unit != '%' || number <= 100) ? new MinimumSigned(number, unit) : null;
    }

    internal bool IsMetBy(long signed, long length) => _unit switch
    {
        '%' => (decimal)signed * 100 >= (decimal)length * _number,
        '+' => length - signed <= _number,
        _ => signed >= Math.Min(_number, length),
    };
}
