namespace FilterHost;

/// <summary>The macros that the MTA sent. A name may be given with or without braces: <c>{auth_authen}</c>, <c>auth_authen</c>, <c>i</c>.</summary>
public abstract class MacroSet
{
    internal MacroSet()
    {
    }

    /// <summary>The value that the newest stage gave, or null where the MTA sent none.</summary>
    public abstract string? this[string name] { get; }
}
