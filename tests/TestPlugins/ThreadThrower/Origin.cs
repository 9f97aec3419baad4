namespace FilterHost.TestPlugins.ThreadThrower;

public enum Origin
{
    Thread,
    AsyncVoid,
    Timer,
    Wrapped,
    Finalizer,

    /// <summary>A thread of the plugin's on which no code of its own runs.</summary>
    Elsewhere,
}
