namespace FilterHost.Verification;

/// <summary>What came of a step. The worse is the higher.</summary>
internal enum StepOutcome
{
    Ok,
    Warning,
    Failed,
}
