namespace FilterHost.Keys;

/// <summary>What the <c>keys</c> commands need of a store that can be administered. Implemented by the class that implements <see cref="ISigningKeyStore"/>. Called by an administrator's command, in a process of its own, while the host may be using the same keys.</summary>
[ServiceContract("key_store")]
public interface ISigningKeyAdministration
{
    /// <summary>All keys, those that cannot be used, are pending or retired included.</summary>
    ValueTask<IReadOnlyList<SigningKeyDescription>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Makes a key. An existing one is never overwritten.</summary>
    /// <exception cref="InvalidOperationException">There is a key of that domain and selector, or the store cannot keep the new one; the message says what to do.</exception>
    ValueTask<SigningKeyDescription> CreateAsync(SigningKeyRequest request, CancellationToken cancellationToken);

    /// <summary>Lets a pending key sign. Of the keys that sign for the domain those of the same algorithm are not retired by it.</summary>
    /// <exception cref="InvalidOperationException">There is no such key, or it is not pending; the message says what to do.</exception>
    ValueTask ActivateAsync(DomainName signingDomain, string selector, CancellationToken cancellationToken) =>
        throw new InvalidOperationException("This key store has no pending keys.");

    /// <summary>Takes a key out of use without destroying it.</summary>
    /// <exception cref="InvalidOperationException">There is no such key.</exception>
    ValueTask RetireAsync(DomainName signingDomain, string selector, CancellationToken cancellationToken);
}
