using System.Security.Cryptography;
using FilterHost.Keys;

namespace FilterHost.Testing;

/// <summary>
/// A signing key store for tests, with one RSA key for each of its domains. The key is made anew in each process, so signatures differ between runs. For
/// <see cref="FilterTest.WithSigningKeys(TestKeyStore)"/>.
/// </summary>
/// <param name="domains">The domains that it has keys for, subdomains not included. Mail of others is not ours.</param>
public sealed class TestKeyStore(params string[] domains) : ISigningKeyStore
{
    private const string Selector = "test";

    // Making one takes longer than most tests.
    private static readonly Lazy<RSA> Private = new(static () => RSA.Create(2048));

    private readonly DomainName[] _domains = [.. domains.Select(DomainName.Parse)];
    private readonly List<SigningQuery> _queries = [];

    /// <summary>The answer to every question for keys, in place of the key: <see cref="SigningKeys.Unavailable"/>, <see cref="SigningKeys.Misconfigured"/>.</summary>
    public SigningKeys? Answer { get; init; }

    /// <summary>The answer to every request to sign, in place of a signature.</summary>
    public SigningOutcome? SigningAnswer { get; init; }

    /// <summary>What every call throws, as a store with a bug does.</summary>
    public Exception? Fault { get; init; }

    /// <summary>The time that every call takes; <see cref="Timeout.InfiniteTimeSpan"/> for a store that never answers.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>What it was asked, in order.</summary>
    public IReadOnlyList<SigningQuery> Queries
    {
        get
        {
            lock (_queries)
                return [.. _queries];
        }
    }

    /// <summary>The key records, as zone files have them.</summary>
    public string Zone { get; } = string.Join('\n', domains.Select(domain => $"{Selector}._domainkey.{domain}. TXT {Record()}"));

    /// <inheritdoc/>
    public async ValueTask<SigningKeys> FindKeysAsync(SigningQuery query, CancellationToken cancellationToken)
    {
        lock (_queries)
            _queries.Add(query);
        await MisbehaveAsync(cancellationToken).ConfigureAwait(false);
        if (Answer is not null)
            return Answer;
        return _domains.Contains(query.AuthorDomain) ? new SigningKeys.Found([KeyOf(query.AuthorDomain)]) : SigningKeys.NotOurs.Instance;
    }

    /// <inheritdoc/>
    public async ValueTask<SigningOutcome> SignAsync(string keyId, ReadOnlyMemory<byte> digest, CancellationToken cancellationToken)
    {
        await MisbehaveAsync(cancellationToken).ConfigureAwait(false);
        return SigningAnswer ?? new SigningOutcome.Signed(Private.Value.SignHash(digest.Span, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
    }

    private static SigningKey KeyOf(DomainName domain) =>
        new() { Id = domain.ToString(), SigningDomain = domain, Selector = Selector, Algorithm = SigningAlgorithm.RsaSha256 };

    // A string of a TXT record holds 255 octets (RFC 1035 §3.3).
    private static string Record()
    {
        var text = $"v=DKIM1; k=rsa; p={Convert.ToBase64String(Private.Value.ExportSubjectPublicKeyInfo())}";
        return string.Join(' ', text.Chunk(255).Select(static part => $"\"{new string(part)}\""));
    }

    private async ValueTask MisbehaveAsync(CancellationToken cancellationToken)
    {
        if (Delay != TimeSpan.Zero)
            await Task.Delay(Delay, cancellationToken).ConfigureAwait(false);
        if (Fault is not null)
            throw Fault;
    }
}
