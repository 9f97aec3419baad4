using System.Text.Json;

namespace FilterHost.Hosting.Isolation;

/// <summary>A result on its way between host and worker.</summary>
/// <param name="Kind">The type's name.</param>
/// <param name="Values">Everything in it; null for a result of a method without a type.</param>
/// <param name="Field">The number of the signature's own field in the header section, from 0.</param>
/// <param name="Generic">A result of a method without a type.</param>
internal sealed record CarriedResult(string Kind, JsonElement? Values, int? Field, CarriedGenericResult? Generic)
{
    private static readonly Dictionary<string, Type> Types =
        new[] { typeof(DkimSignatureResult), typeof(SpfResult), typeof(DmarcResult) }.ToDictionary(type => type.Name);

    public static CarriedResult Of(AuthenticationResult result, IReadOnlyList<HeaderField> header)
    {
        if (result is GenericResult generic)
            return new(nameof(GenericResult), null, null, new(generic.Method, generic.Word, generic.Properties, generic.Reason, generic.Provenance));
        var field = result is DkimSignatureResult { Field: { } own } ? IndexOf(header, own) : null;
        return new(result.GetType().Name, JsonSerializer.SerializeToElement(result, result.GetType(), WorkerJson.ResultOptions), field, null);
    }

    /// <summary>The result again.</summary>
    /// <exception cref="JsonException">It is none.</exception>
    public AuthenticationResult ToResult(IReadOnlyList<HeaderField> header)
    {
        if (Generic is { } generic)
            return new GenericResult(generic.Method, generic.Word, generic.Properties) { Reason = generic.Reason, Provenance = generic.Provenance };
        if (Values is not { } values || !Types.TryGetValue(Kind, out var type))
            throw new JsonException($"a result of unknown kind {Kind}");
        var result = (AuthenticationResult)values.Deserialize(type, WorkerJson.ResultOptions)!;
        return result is DkimSignatureResult dkim && Field is { } index && index < header.Count ? dkim with { Field = header[index] } : result;
    }

    private static int? IndexOf(IReadOnlyList<HeaderField> header, HeaderField field)
    {
        for (var i = 0; i < header.Count; i++)
        {
            if (ReferenceEquals(header[i], field))
                return i;
        }
        return null;
    }
}
