namespace FilterHost.Hosting.Pipeline;

/// <summary>How much memory the bodies of all messages may take together.</summary>
internal sealed class BodyBudget(long total)
{
    private long _taken;

    public bool TryTake(long octets)
    {
        if (Interlocked.Add(ref _taken, octets) <= total)
            return true;
        Interlocked.Add(ref _taken, -octets);
        return false;
    }

    public void Return(long octets) => Interlocked.Add(ref _taken, -octets);
}
