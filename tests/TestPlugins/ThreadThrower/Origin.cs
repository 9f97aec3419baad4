namespace FilterHost.TestPlugins.ThreadThrower;

public enum Origin
{
    Thread,
    AsyncVoid,
    Timer,
    Wrapped,
}
