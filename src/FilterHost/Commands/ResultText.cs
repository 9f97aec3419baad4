using System.Globalization;
using System.Text;

namespace FilterHost.Commands;

/// <summary>An authentication result on one line.</summary>
internal static class ResultText
{
    public static string Of(AuthenticationResult result)
    {
        var text = new StringBuilder($"{result.Method}={result.Word} ");
        foreach (var property in result.Properties)
            text.Append(CultureInfo.InvariantCulture, $"{property.Type}.{property.Name}={property.Value} ");
        if (result.Reason is { } reason)
            text.Append(CultureInfo.InvariantCulture, $"({reason})");
        return text.ToString().TrimEnd();
    }
}
