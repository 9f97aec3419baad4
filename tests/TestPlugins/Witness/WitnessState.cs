namespace FilterHost.TestPlugins.Witness;

public sealed class WitnessState
{
    public List<string> Lines { get; } = [];

    public int Messages { get; set; }
}
