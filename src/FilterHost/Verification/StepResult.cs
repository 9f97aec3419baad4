namespace FilterHost.Verification;

/// <summary>What came of a step of the verification, in texts only: nothing of it may hold the plugin's code.</summary>
/// <param name="Outcome">How it went.</param>
/// <param name="Text">What was found, in a few words.</param>
/// <param name="Details">Lines that explain it.</param>
internal sealed record StepResult(StepOutcome Outcome, string Text, IReadOnlyList<string> Details)
{
    public static StepResult Ok(string text, params IReadOnlyList<string> details) => new(StepOutcome.Ok, text, details);

    public static StepResult Warning(string text, params IReadOnlyList<string> details) => new(StepOutcome.Warning, text, details);

    public static StepResult Failed(string text, params IReadOnlyList<string> details) => new(StepOutcome.Failed, text, details);
}
