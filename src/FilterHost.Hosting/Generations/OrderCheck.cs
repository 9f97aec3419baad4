using FilterHost.Hosting.Pipeline;

namespace FilterHost.Hosting.Generations;

/// <summary>Checks the order of a listener's filters against what they declare. The order in the settings is the order of the mail; it is never changed, only refused.</summary>
internal static class OrderCheck
{
    /// <summary>One sentence for each thing that is wrong.</summary>
    /// <param name="members">The filters, in order.</param>
    /// <param name="isGiven">Whether a method's results come from elsewhere: an earlier listener, a trusted program.</param>
    public static IEnumerable<string> Errors(IReadOnlyList<PipelineMember> members, Func<string, bool> isGiven)
    {
        for (var i = 0; i < members.Count; i++)
        {
            foreach (var method in members[i].Traits.Needs)
            {
                if (!isGiven(method) && !members.Take(i).Any(earlier => earlier.Traits.Publishes.Contains(method)))
                    yield return UnmetNeed(members, i, method);
            }
            foreach (var signer in members.Take(i))
            {
                if (EditOfSignedPart(signer.Traits, members[i].Traits) is { } part)
                    yield return $"filter {members[i].Name} may edit {part}, which filter {signer.Name} before it has signed; put {members[i].Name} before {signer.Name}";
            }
        }
    }

    private static string UnmetNeed(IReadOnlyList<PipelineMember> members, int index, string method)
    {
        var later = members.Skip(index + 1).FirstOrDefault(member => member.Traits.Publishes.Contains(method));
        var remedy = later is null
            ? "add a filter that publishes it before"
            : $"put {later.Name}, which publishes it, before";
        return $"filter {members[index].Name} needs the results of {method}, and no filter before it publishes them; {remedy} {members[index].Name}";
    }

    private static string? EditOfSignedPart(FilterTraits signer, FilterTraits editor)
    {
        if (signer.SignsBody && editor.EditsBody)
            return "the body";
        foreach (var field in editor.EditsFields)
        {
            if (field == "*" ? signer.SignsFields.Count > 0 : signer.SignsFields.Any(signed => Covers(signed, field)))
                return field == "*" ? "any header field" : $"the {field} field";
        }
        return null;
    }

    private static bool Covers(string signed, string field) => signed is [.. var prefix, '*']
        ? field.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)
        : field.Equals(signed, StringComparison.OrdinalIgnoreCase);
}
