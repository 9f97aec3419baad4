namespace FilterHost.TestPlugins.Wrecker;

public enum Deed
{
    None,
    StackOverflow,
    FailFast,
    Memory,
    Spin,
    SpinAside,
    Hang,
    HangUntilCancelled,
    Block,
    ThrowAside,
    Throw,
    Slow,
    BreakMemory,
    Print,
}
