namespace FilterHost.Hosting.Pipeline;

/// <summary>Where a listener's connections get their pipeline: the newest there is. Reloads replace it under them.</summary>
internal sealed class PipelineSource(FilterPipeline pipeline, ICounted? owner = null)
{
    private volatile Offer _newest = new(pipeline, owner);

    /// <summary>True where this is still the newest.</summary>
    public bool IsNewest(FilterPipeline taken) => ReferenceEquals(_newest.Pipeline, taken);

    /// <summary>Takes the newest pipeline; it works until it is given back.</summary>
    public Lease Take()
    {
        while (true)
        {
            var newest = _newest;
            if (newest.Owner is null || newest.Owner.TryAcquire())
                return new Lease(newest.Pipeline, newest.Owner);
            // Replaced in the meantime, and the one before has ended: its successor is there.
        }
    }

    /// <summary>Offers another from now on.</summary>
    public void Replace(FilterPipeline next, ICounted nextOwner) => _newest = new Offer(next, nextOwner);

    private sealed record Offer(FilterPipeline Pipeline, ICounted? Owner);

    /// <summary>A pipeline in use.</summary>
    internal sealed class Lease(FilterPipeline pipeline, ICounted? owner)
    {
        private int _isReturned;

        public FilterPipeline Pipeline => pipeline;

        /// <summary>Gives it back; again does nothing.</summary>
        public void Return()
        {
            if (Interlocked.Exchange(ref _isReturned, 1) == 0)
                owner?.Release();
        }
    }
}
