using FilterHost.Keys;

namespace FilterHost.Checks;

/// <summary>What one run of a rotation did.</summary>
/// <param name="Kind">Which step it was.</param>
/// <param name="Done">What it did, as sentences.</param>
/// <param name="Next">What comes next, and who does it.</param>
internal sealed record RotationStep(RotationStepKind Kind, IReadOnlyList<string> Done, string Next)
{
    /// <summary>The keys whose records are to be published.</summary>
    public IReadOnlyList<SigningKeyDescription> ToPublish { get; init; } = [];
}
