using System.Text.Json;

namespace FilterHost.Tests;

/// <summary>What came of a command.</summary>
internal sealed record Ended(int Code, string Output, string Errors)
{
    public string[] ErrorLines => Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public JsonDocument Json => JsonDocument.Parse(Output);

    /// <summary>Fails with the whole of what was printed.</summary>
    public Ended Expect(int code)
    {
        Assert.True(Code == code, $"exit code {Code} instead of {code}\n{Output}{Errors}");
        return this;
    }

    /// <summary>One line on standard error that holds all of these.</summary>
    public void HasProblem(params string[] parts) =>
        Assert.True(ErrorLines.Count(line => parts.All(part => line.Contains(part, StringComparison.Ordinal))) == 1, $"not one line with {string.Join(" and ", parts)} in\n{Errors}");
}
