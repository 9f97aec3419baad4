using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace FilterHost.Hosting.Pipeline;

/// <summary>Runs the connection filters of one SMTP connection; their faults are caught here.</summary>
internal sealed class ConnectionStage(
    IReadOnlyList<ConnectionMember> members, ConnectionFacts connection, ConnectionStates states, WatchedCall call, bool isObserved, ILogger logger, TimeProvider time)
{
    private Place[] _places = PlacesOf(members);

    public bool HasFilters => _places.Length > 0;

    public ValueTask<Verdict> ConnectAsync() => ConnectAsync(_places);

    public ValueTask<Verdict> HeloAsync() => HeloAsync(_places);

    public ValueTask<Verdict> UnknownCommandAsync(string command) =>
        RunAsync(_places, member => member.Registration.OverridesUnknownCommand, (filter, token) => filter.OnUnknownCommandAsync(connection, command, token));

    /// <summary>
    /// Goes on with the filters of another generation. Those of instances that are in both stay as they are; the others of the old one are told that the connection is over, and those of the
    /// new one hear of the connect and the HELO that there have been.
    /// </summary>
    /// <param name="next">The filters from now on.</param>
    /// <param name="hasHelo">True where the client has sent HELO.</param>
    public async ValueTask<Verdict> MoveAsync(IReadOnlyList<ConnectionMember> next, bool hasHelo)
    {
        var before = _places;
        _places = PlacesOf(next, before);
        await EndAsync(before.Except(_places), call).ConfigureAwait(false);
        Place[] added = [.. _places.Except(before)];
        var verdict = await ConnectAsync(added).ConfigureAwait(false);
        return verdict.IsFinal || !hasHelo ? verdict : await HeloAsync(added).ConfigureAwait(false);
    }

    /// <summary>The connection is over. Never throws.</summary>
    /// <param name="watch">The watch over the filters' cleaning up.</param>
    public ValueTask EndAsync(WatchedCall watch) => EndAsync(_places, watch);

    private static Place[] PlacesOf(IReadOnlyList<ConnectionMember> members, IReadOnlyCollection<Place>? before = null) =>
        [.. members.Select(member => before?.FirstOrDefault(place => ReferenceEquals(place.Member.Registration, member.Registration)) ?? new Place(member))];

    private ValueTask<Verdict> ConnectAsync(Place[] places) =>
        RunAsync(places, member => member.Registration.OverridesConnect, (filter, token) => filter.OnConnectAsync(connection, token));

    private ValueTask<Verdict> HeloAsync(Place[] places) =>
        RunAsync(places, member => member.Registration.OverridesHelo, (filter, token) => filter.OnHeloAsync(connection, token));

    private async ValueTask EndAsync(IEnumerable<Place> places, WatchedCall watch)
    {
        foreach (var place in places)
        {
            if (place.Filter is not { } filter)
                continue;
            var guard = place.Member.Guard;
            watch.Enter(guard);
            try
            {
                var scope = place.Scope;
                if (!await watch.WaitAsync(isObserved ? Task.Run(() => EndAsync(filter, scope)) : EndAsync(filter, scope)).ConfigureAwait(false))
                    Blame(FaultKind.Overran, null);
            }
            catch (Exception exception)
            {
                Blame(FaultKind.Threw, exception);
            }
            place.Clear();
            if (!watch.Leave())
                watch = watch.Unwatched();

            void Blame(FaultKind kind, Exception? exception)
            {
                guard.CountFault(kind);
                logger.LogError(exception, "{Client}: filter {Filter} {What} at the end of the connection", connection.Describe(), guard.Name, FaultWords.Of(kind));
            }
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

    private async ValueTask<Verdict> RunAsync(
        Place[] places, Func<ConnectionMember, bool> overrides, Func<ConnectionFilter, CancellationToken, ValueTask<Verdict>> invoke)
    {
        foreach (var place in places)
        {
            var guard = place.Member.Guard;
            var verdict = place.IsFailed ? guard.Refusal
                : !overrides(place.Member) ? null
                : guard.IsSuspended ? Fault(place, FaultKind.Suspended, null)
                : await InvokeAsync(place, invoke).ConfigureAwait(false);
            if (verdict is { IsFinal: true })
                return verdict;
        }
        return Verdict.Continue;
    }

    private async ValueTask<Verdict?> InvokeAsync(Place place, Func<ConnectionFilter, CancellationToken, ValueTask<Verdict>> invoke)
    {
        var guard = place.Member.Guard;
        var cancellation = new CancellationTokenSource();
        call.Enter(guard);
        Task<Verdict>? running = null;
        try
        {
            running = isObserved ? Task.Run(() => invoke(place.FilterIn(states), cancellation.Token).AsTask()) : invoke(place.FilterIn(states), cancellation.Token).AsTask();
            var verdict = await running.WaitAsync(call.BeginWait(), time).ConfigureAwait(false);
            return call.Leave() ? guard.Sign(verdict) : null;
        }
        catch (TimeoutException) when (running is { IsCompleted: false })
        {
            guard.Abandon(running);
            FilterGuard.CancelAside(cancellation);
            return call.Leave() ? Fault(place, FaultKind.Overran, null) : null;
        }
        catch (Exception exception)
        {
            return call.Leave() ? Fault(place, FaultKind.Threw, exception) : null;
        }
    }

    private Verdict? Fault(Place place, FaultKind kind, Exception? exception)
    {
        var guard = place.Member.Guard;
        guard.CountFault(kind);
        logger.LogError(exception, "{Client}: filter {Filter} {What}; the connection gets its on_error: {Answer}", connection.Describe(), guard.Name, FaultWords.Of(kind), guard.OnError);
        place.IsFailed = true;
        return guard.Refusal;
    }

    // One filter's part in the connection; made at its first call.
    private sealed class Place(ConnectionMember member)
    {
        public ConnectionMember Member => member;

        public AsyncServiceScope Scope { get; private set; }

        public ConnectionFilter? Filter { get; private set; }

        public bool IsFailed { get; set; }

        public ConnectionFilter FilterIn(ConnectionStates states)
        {
            if (Filter is null)
            {
                Scope = member.Instance.CreateScope(states);
                Filter = member.Registration.Create(Scope.ServiceProvider);
            }
            return Filter;
        }

        public void Clear() => (Scope, Filter, IsFailed) = (default, null, false);
    }
}
