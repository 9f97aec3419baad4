namespace FilterHost.TestPlugins.Faulty;

public enum Fault
{
    None,
    Throw,
    ThrowOnThread,
    ThrowInAsyncVoid,
    ThrowInTimer,

    /// <summary>A call never ends, and takes no thread.</summary>
    Hang,

    /// <summary>A call never gives its thread back.</summary>
    Block,
    LoopInConstructor,
    Leak,
    NonsenseEdits,
    ThrowInDispose,
    KeepChunk,
    LoadNativeLibrary,
}
