using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FilterHost.Hosting.Pipeline;

/// <summary>Runs the connection filters of one SMTP connection; their faults are caught here.</summary>
internal sealed class ConnectionStage(
    IReadOnlyList<ConnectionMember> members, ConnectionFacts connection, ConnectionStates states, WatchedCall call, ILogger logger, TimeProvider time)
{
    private readonly (AsyncServiceScope Scope, ConnectionFilter? Filter, bool IsFailed)[] _filters = new (AsyncServiceScope, ConnectionFilter?, bool)[members.Count];

    public bool HasFilters => members.Count > 0;

    public ValueTask<Verdict> ConnectAsync() =>
        RunAsync(member => member.Registration.OverridesConnect, (filter, token) => filter.OnConnectAsync(connection, token));

    public ValueTask<Verdict> HeloAsync() =>
        RunAsync(member => member.Registration.OverridesHelo, (filter, token) => filter.OnHeloAsync(connection, token));

    public ValueTask<Verdict> UnknownCommandAsync(string command) =>
        RunAsync(member => member.Registration.OverridesUnknownCommand, (filter, token) => filter.OnUnknownCommandAsync(connection, command, token));

    /// <summary>The connection is over. Never throws.</summary>
    /// <param name="watch">The watch over the filters' cleaning up.</param>
    public async ValueTask EndAsync(WatchedCall watch)
    {
        for (var i = 0; i < members.Count; i++)
        {
            if (_filters[i].Filter is not { } filter)
                continue;
            watch.Enter(members[i].Guard);
            try
            {
                if (!await watch.WaitAsync(EndAsync(filter, _filters[i].Scope)).ConfigureAwait(false))
                    Blame(i, "overran its time", null);
            }
            catch (Exception exception)
            {
                Blame(i, "threw", exception);
            }
            _filters[i] = default;
            if (!watch.Leave())
                watch = watch.Unwatched();
        }

        void Blame(int index, string what, Exception? exception)
        {
            members[index].Guard.CountFault();
            logger.LogError(exception, "{Client}: filter {Filter} {What} at the end of the connection", connection.Describe(), members[index].Guard.Name, what);
        }
    }

    private static async Task EndAsync(ConnectionFilter filter, AsyncServiceScope scope)
    {
        try
        {
            await filter.OnConnectionEndedAsync().ConfigureAwait(false);
        }
        finally
        {
            await scope.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async ValueTask<Verdict> RunAsync(Func<ConnectionMember, bool> overrides, Func<ConnectionFilter, CancellationToken, ValueTask<Verdict>> invoke)
    {
        for (var i = 0; i < members.Count; i++)
        {
            var verdict = _filters[i].IsFailed ? members[i].Guard.Refusal
                : !overrides(members[i]) ? null
                : members[i].Guard.IsSuspended ? Fault(i, "is suspended", null)
                : await InvokeAsync(i, invoke).ConfigureAwait(false);
            if (verdict is { IsFinal: true })
                return verdict;
        }
        return Verdict.Continue;
    }

    private async ValueTask<Verdict?> InvokeAsync(int index, Func<ConnectionFilter, CancellationToken, ValueTask<Verdict>> invoke)
    {
        var guard = members[index].Guard;
        var cancellation = new CancellationTokenSource();
        call.Enter(guard);
        Task<Verdict>? running = null;
        try
        {
            running = invoke(FilterAt(index), cancellation.Token).AsTask();
            var verdict = await running.WaitAsync(call.Remaining, time).ConfigureAwait(false);
            return call.Leave() ? guard.Sign(verdict) : null;
        }
        catch (TimeoutException) when (running is { IsCompleted: false })
        {
            guard.Abandon(running);
            FilterGuard.CancelAside(cancellation);
            return call.Leave() ? Fault(index, "overran its time", null) : null;
        }
        catch (Exception exception)
        {
            return call.Leave() ? Fault(index, "threw", exception) : null;
        }
    }

    private ConnectionFilter FilterAt(int index)
    {
        ref var entry = ref _filters[index];
        if (entry.Filter is null)
        {
            entry.Scope = members[index].Instance.CreateScope(states);
            entry.Filter = members[index].Registration.Create(entry.Scope.ServiceProvider);
        }
        return entry.Filter;
    }

    private Verdict? Fault(int index, string what, Exception? exception)
    {
        var guard = members[index].Guard;
        guard.CountFault();
        logger.LogError(exception, "{Client}: filter {Filter} {What}; the connection gets its on_error: {Answer}", connection.Describe(), guard.Name, what, guard.OnError);
        _filters[index].IsFailed = true;
        return guard.Refusal;
    }
}
