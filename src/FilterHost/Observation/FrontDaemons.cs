using System.Text;
using FilterHost.MailAuth.Syntax;

namespace FilterHost.Observation;

/// <summary>
/// The daemons in front: the authserv-ids of their fields, and the methods whose results they give. What was not named is learnt from the first messages of the log: the id that most topmost
/// fields have, and the methods that fields of it ever have.
/// </summary>
internal sealed class FrontDaemons
{
    private FrontDaemons(IReadOnlyList<string> ids, bool isLearnt, IReadOnlyList<ObservedMessage> first)
    {
        (AuthservIds, IsLearnt) = (ids, isLearnt);
        var theirs = first.SelectMany(FieldsOf).SelectMany(field => field.Results).Select(result => result.Method).ToHashSet(StringComparer.Ordinal);
        var ours = first.SelectMany(message => message.Results).Select(result => result.Method).ToHashSet(StringComparer.Ordinal);
        Methods = [.. Compared.Where(method => theirs.Contains(method) && ours.Contains(method))];
        NotCompared = [.. Compared.Where(method => theirs.Contains(method) != ours.Contains(method)).Select(method => theirs.Contains(method) ? $"{method} (only in front)" : $"{method} (only here)")];
    }

    /// <summary>The methods that can be compared.</summary>
    public static IReadOnlyList<string> Compared { get; } = ["spf", "dkim", "dmarc"];

    /// <summary>Their authserv-ids; none where no field names any.</summary>
    public IReadOnlyList<string> AuthservIds { get; }

    /// <summary>True where the ids are not those of the command line.</summary>
    public bool IsLearnt { get; }

    /// <summary>The methods that are compared: those of which both give results.</summary>
    public IReadOnlyList<string> Methods { get; }

    /// <summary>The methods of which only one of the two gives results, with a word which.</summary>
    public IReadOnlyList<string> NotCompared { get; }

    public static FrontDaemons Of(IReadOnlyList<string> named, IReadOnlyList<ObservedMessage> first) =>
        named.Count > 0 ? new FrontDaemons(named, isLearnt: false, first) : new FrontDaemons(MostCommon(first), isLearnt: true, first);

    /// <summary>Their fields in a message, from the top.</summary>
    public IEnumerable<AuthenticationResultsField> FieldsOf(ObservedMessage message) =>
        message.AuthenticationResults.Select(Read).OfType<AuthenticationResultsField>().Where(field => field.IsFrom(AuthservIds));

    /// <summary>True for a field that claims to be theirs and is not to be read.</summary>
    public bool IsUnreadable(string value) => Read(value) is null && AuthenticationResultsField.ClaimsAuthservId(Encoding.UTF8.GetBytes(value), AuthservIds);

    private static string[] MostCommon(IReadOnlyList<ObservedMessage> first) =>
        [.. first.Where(message => message.AuthenticationResults.Count > 0).Select(message => Read(message.AuthenticationResults[0])).OfType<AuthenticationResultsField>()
            .CountBy(field => WithoutJobId(field.AuthservId)).OrderByDescending(id => id.Value).Take(1).Select(id => id.Key)];

    // OpenDKIM and OpenDMARC add the queue id after a "/" (AuthservIDWithJobID).
    private static string WithoutJobId(string id) => id.Split('/')[0];

    private static AuthenticationResultsField? Read(string value) => AuthenticationResultsField.Read(Encoding.UTF8.GetBytes(value));
}
