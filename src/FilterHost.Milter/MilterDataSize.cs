namespace FilterHost.Milter;

/// <summary>How much data a frame may carry (SMFIP_MDS_*).</summary>
internal static class MilterDataSize
{
    public const MilterSteps Options = MilterSteps.DataSize256K | MilterSteps.DataSize1M;

    public static int Of(MilterSteps steps) =>
        steps.HasFlag(MilterSteps.DataSize1M) ? 1_048_575 : steps.HasFlag(MilterSteps.DataSize256K) ? 262_143 : 65_535;

    /// <summary>The largest of those offered, alone.</summary>
    public static MilterSteps Best(MilterSteps offered) =>
        offered.HasFlag(MilterSteps.DataSize1M) ? MilterSteps.DataSize1M : offered & MilterSteps.DataSize256K;
}
