using System.Text.Json;

namespace FilterHost.Tests;

/// <summary>What came of a command.</summary>
internal sealed record Ended(int Code, string Output, string Errors)
{
    public string[] ErrorLines => Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public JsonDocument ReadJson() => JsonDocument.Parse(Output);

    public override string ToString() => $"exit code {Code}\n{Output}{Errors}";

    /// <summary>Fails with the whole of what was printed.</summary>
    public Ended Expect(int code)
    {
        Assert.True(Code == code, $"not {code}, but {this}");
        return this;
    }

    /// <summary>A line of the log that holds all of these.</summary>
    public void HasProblemInLog(params string[] parts) => HasProblem(["fatal: ", .. parts]);

    /// <summary>One line on standard error that holds all of these.</summary>
    public void HasProblem(params string[] parts) =>
        Assert.True(ErrorLines.Count(line => parts.All(part => line.Contains(part, StringComparison.Ordinal))) == 1, $"not one line with {string.Join(" and ", parts)} in\n{Errors}");
}
