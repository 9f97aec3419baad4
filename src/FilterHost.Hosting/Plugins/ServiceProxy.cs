using FilterHost.Dns;
using FilterHost.Keys;

namespace FilterHost.Hosting.Plugins;

/// <summary>
/// Stands between the user and the provider of a service. It has one fixed target, that of its instance, and lets no object of the provider's out: an exception becomes
/// a <see cref="ServiceFaultException"/> of text alone.
/// </summary>
internal abstract class ServiceProxy(PluginInstance provider)
{
    private bool _isRevoked;

    /// <summary>The proxy of a contract for a provider.</summary>
    public static ServiceProxy Create(Type contract, PluginInstance provider)
    {
        if (contract == typeof(IDnsResolver))
            return new DnsResolverProxy(provider);
        if (contract == typeof(ISigningKeyStore))
            return new SigningKeyStoreProxy(provider);
        if (contract == typeof(ISigningKeyAdministration))
            return new SigningKeyAdministrationProxy(provider);
        throw new ArgumentException($"{contract} is no service contract", nameof(contract));
    }

    /// <summary>Every later call fails.</summary>
    public void Revoke() => Volatile.Write(ref _isRevoked, true);

    protected TContract Target<TContract>()
        where TContract : class =>
        Volatile.Read(ref _isRevoked) || provider.IsSuspended
            ? throw new ServiceFaultException(provider.Name, "is no longer available")
            : provider.GetService<TContract>();

    // The call itself is made in here, since a provider may throw before it returns a task.
    protected async ValueTask<T> GuardAsync<TContract, T>(Func<TContract, ValueTask<T>> call)
        where TContract : class
    {
        try
        {
            return await call(Target<TContract>()).ConfigureAwait(false);
        }
        catch (InvalidOperationException refusal) when (typeof(TContract) == typeof(ISigningKeyAdministration))
        {
            // That contract's own word for what cannot be done.
            throw new InvalidOperationException(refusal.Message);
        }
        catch (Exception exception) when (exception is not (OperationCanceledException or ServiceFaultException))
        {
            throw new ServiceFaultException(provider.Name, exception.Message);
        }
    }

    private sealed class DnsResolverProxy(PluginInstance provider) : ServiceProxy(provider), IDnsResolver
    {
        public ValueTask<DnsAnswer> ResolveAsync(DomainName name, DnsRecordType type, CancellationToken cancellationToken) =>
            GuardAsync((IDnsResolver resolver) => resolver.ResolveAsync(name, type, cancellationToken));
    }

    private sealed class SigningKeyStoreProxy(PluginInstance provider) : ServiceProxy(provider), ISigningKeyStore
    {
        public ValueTask<SigningKeys> FindKeysAsync(SigningQuery query, CancellationToken cancellationToken) =>
            GuardAsync((ISigningKeyStore store) => store.FindKeysAsync(query, cancellationToken));

        public ValueTask<SigningOutcome> SignAsync(string keyId, ReadOnlyMemory<byte> digest, CancellationToken cancellationToken) =>
            GuardAsync((ISigningKeyStore store) => store.SignAsync(keyId, digest, cancellationToken));
    }

    private sealed class SigningKeyAdministrationProxy(PluginInstance provider) : ServiceProxy(provider), ISigningKeyAdministration
    {
        public ValueTask<IReadOnlyList<SigningKeyDescription>> ListAsync(CancellationToken cancellationToken) =>
            GuardAsync((ISigningKeyAdministration store) => store.ListAsync(cancellationToken));

        public ValueTask<SigningKeyDescription> CreateAsync(SigningKeyRequest request, CancellationToken cancellationToken) =>
            GuardAsync((ISigningKeyAdministration store) => store.CreateAsync(request, cancellationToken));

        public ValueTask ActivateAsync(DomainName signingDomain, string selector, CancellationToken cancellationToken) =>
            GuardAsync(store => store.ActivateAsync(signingDomain, selector, cancellationToken));

        public ValueTask RetireAsync(DomainName signingDomain, string selector, CancellationToken cancellationToken) =>
            GuardAsync(store => store.RetireAsync(signingDomain, selector, cancellationToken));

        private async ValueTask GuardAsync(Func<ISigningKeyAdministration, ValueTask> call) =>
            await GuardAsync(async (ISigningKeyAdministration store) =>
            {
                await call(store).ConfigureAwait(false);
                return true;
            }).ConfigureAwait(false);
    }
}
