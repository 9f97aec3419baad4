namespace FilterHost.Hosting.Pipeline;

/// <summary>How much memory the bodies of all messages may take together.</summary>
internal sealed class BodyBudget
{
    private long _taken;
    private long _total = 256 << 20;

    /// <summary>The most, in octets. Less than is taken keeps further bodies out until enough has been given back.</summary>
    public long Total
    {
        get => Volatile.Read(ref _total);
        set => Volatile.Write(ref _total, value);
    }

    public bool TryTake(long octets)
    {
        if (Interlocked.Add(ref _taken, octets) <= Total)
            return true;
        Interlocked.Add(ref _taken, -octets);
        return false;
    }

    public void Return(long octets) => Interlocked.Add(ref _taken, -octets);
}
