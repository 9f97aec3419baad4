using Microsoft.Extensions.DependencyInjection;

namespace FilterHost.Hosting.Pipeline;

/// <summary>One filter's part in one transaction: its instance, its scope, its view and what it recorded.</summary>
internal sealed class FilterSlot(PipelineMember member, int index, Transaction transaction)
{
    private readonly List<Edit> _edits = [];
    private AsyncServiceScope _scope;
    private MessageFilter? _filter;
    private FilterView? _view;
    private CancellationTokenSource? _cancellation;
    private SlotState _state;

    public PipelineMember Member => member;

    /// <summary>Position in the pipeline.</summary>
    public int Index => index;

    public Transaction Transaction => transaction;

    public IReadOnlyList<Edit> Edits => _edits;

    /// <summary>Where the filter stands.</summary>
    public SlotState State => _state;

    /// <summary>True once the filter has asked for no more of the body.</summary>
    public bool HasStoppedReading { get; set; }

    /// <summary>True where the filter is still to be called.</summary>
    public bool IsActive => _state is SlotState.Active;

    /// <summary>True where the filter wants the next part of the body.</summary>
    public bool WantsBody => IsActive && !HasStoppedReading && member.Registration.ReadsBody;

    /// <summary>Cancelled with the message or with the filter's time.</summary>
    public CancellationToken CancellationToken
    {
        get
        {
            if (_state is SlotState.Ended or SlotState.Failed)
                return new CancellationToken(canceled: true);
            return (_cancellation ??= new CancellationTokenSource()).Token;
        }
    }

    public FilterView View => _view ??= new FilterView(this);

    /// <summary>The filter, made at its first call.</summary>
    public MessageFilter GetFilter()
    {
        if (_filter is not null)
            return _filter;
        _scope = member.Instance.CreateScope(transaction);
        return _filter = member.Registration.Create(_scope.ServiceProvider);
    }

    public void Record(Edit edit)
    {
        _edits.Add(edit);
        transaction.OnEditsChanged();
    }

    /// <summary>The filter is done with the message by its own word.</summary>
    public void Accept() => _state = SlotState.Accepted;

    /// <summary>The filter failed: it is not called again, and what it recorded is dropped, so that nothing is half-edited.</summary>
    public void Fail()
    {
        _state = SlotState.Failed;
        _edits.Clear();
        transaction.OnEditsChanged();
        Cancel();
    }

    /// <summary>Tells the filter the outcome and gives its scope back.</summary>
    /// <param name="outcome">How the transaction ended.</param>
    /// <param name="isStuck">True where a call is still running: then nothing more is called and the scope is left alone.</param>
    public async ValueTask EndAsync(TransactionOutcome outcome, bool isStuck)
    {
        if (_state is SlotState.Ended)
            return;
        _state = SlotState.Ended;
        Cancel();
        if (_filter is null || isStuck)
            return;
        try
        {
            await _filter.OnTransactionEndedAsync(outcome).ConfigureAwait(false);
        }
        finally
        {
            await DisposeAsync(_filter).ConfigureAwait(false);
        }
    }

    private async ValueTask DisposeAsync(MessageFilter filter)
    {
        // The scope does not own a filter that was made by a factory.
        await using (_scope.ConfigureAwait(false))
        {
            if (filter is IAsyncDisposable asyncDisposable)
                await asyncDisposable.DisposeAsync().ConfigureAwait(false);
            else if (filter is IDisposable disposable)
                disposable.Dispose();
        }
    }

    /// <summary>Cancels the filter's token; a call that is running may come back for it.</summary>
    public void CancelCall() => Cancel();

    private void Cancel()
    {
        if (_cancellation is not null)
            FilterGuard.CancelAside(_cancellation);
    }
}
