namespace FilterHost.Keys;

/// <summary>What the <c>keys</c> commands need of a store that can be administered. Implemented by the class that implements <see cref="ISigningKeyStore"/>.</summary>
[ServiceContract("key_store")]
public interface ISigningKeyAdministration
{
    /// <summary>All keys, those that cannot be used included.</summary>
    ValueTask<IReadOnlyList<SigningKeyDescription>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Makes a key. An existing one is never overwritten.</summary>
    /// <exception cref="InvalidOperationException">There is a key of that domain and selector, or the store cannot keep the new one; the message says what to do.</exception>
    ValueTask<SigningKeyDescription> CreateAsync(SigningKeyRequest request, CancellationToken cancellationToken);

    /// <summary>Takes a key out of use without destroying it.</summary>
    /// <exception cref="InvalidOperationException">There is no such key.</exception>
    ValueTask RetireAsync(DomainName signingDomain, string selector, CancellationToken cancellationToken);
}
