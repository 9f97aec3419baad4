namespace FilterHost.Plugins.TableKeyStore;

/// <summary>What is examined before mail comes.</summary>
public enum CheckAtStart
{
    /// <summary>The tables and every key.</summary>
    All,

    /// <summary>The tables alone.</summary>
    Tables,
}
