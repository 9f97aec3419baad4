namespace FilterHost.Examples.SubjectTag;

/// <summary>A result that mail must have: <c>dmarc=fail</c>.</summary>
internal sealed record ResultCondition(string Method, string Word)
{
    private const string Pass = "pass";

    public static ResultCondition Parse(string text) =>
        text.Split('=') is [{ Length: > 0 } method, { Length: > 0 } word]
            ? new ResultCondition(method, word)
            : throw new SettingException("results", $"'{text}' is no result: METHOD=WORD, as in dmarc=fail");

    public bool Holds(IReadOnlyList<AuthenticationResult> results) =>
        results.Any(result => Is(result, Word)) && (Word == Pass || !results.Any(result => Is(result, Pass)));

    private bool Is(AuthenticationResult result, string word) => result.Method == Method && result.Word == word;
}
