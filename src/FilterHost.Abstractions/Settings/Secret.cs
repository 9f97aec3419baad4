namespace FilterHost;

/// <summary>A value that must not be shown. In the settings it is a reference: <c>{ file = "…" }</c>, <c>{ env = "…" }</c> or <c>{ credential = "…" }</c>.</summary>
public sealed class Secret
{
    private readonly string _value;

    /// <summary>A secret of this value.</summary>
    public Secret(string value) => _value = value;

    /// <summary>The value itself. Never log it.</summary>
    public string Reveal() => _value;

    /// <summary>Three asterisks.</summary>
    public override string ToString() => "***";
}
