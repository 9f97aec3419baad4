namespace FilterHost.Hosting.Pipeline;

/// <summary>What ends when nobody uses it any more.</summary>
internal interface ICounted
{
    /// <summary>One user more; false where it has ended.</summary>
    bool TryAcquire();

    /// <summary>One user less.</summary>
    void Release();
}
