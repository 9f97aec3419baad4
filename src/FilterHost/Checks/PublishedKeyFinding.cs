using FilterHost.Dns;
using FilterHost.Keys;
using FilterHost.MailAuth.Dkim;

namespace FilterHost.Checks;

/// <summary>A key compared with DNS.</summary>
/// <param name="Key">The key.</param>
/// <param name="State">What came of it.</param>
/// <param name="Problem">What is wrong, to stand after the record's name; null for a good one.</param>
internal sealed record PublishedKeyFinding(SigningKeyDescription Key, PublishedKeyState State, string? Problem)
{
    /// <summary>The key as the store would sign with it now; null for one that waits, such as the next selector.</summary>
    public SigningKey? Signing { get; init; }

    /// <summary>What deserves a look although signatures verify.</summary>
    public IReadOnlyList<string> Remarks { get; init; } = [];

    /// <summary>True for a record with <c>t=y</c>.</summary>
    public bool IsTesting { get; init; }

    /// <summary>What is known of the answer's authenticity.</summary>
    public DnsSecurity Security { get; init; }

    /// <summary>True for an RSA key of less than 2048 bits. RFC 8301 §3.2: "Signers SHOULD use RSA keys of at least 2048 bits."</summary>
    public bool IsWeak => Key is { Algorithm: SigningAlgorithm.RsaSha256, Bits: < 2048 };

    public string Name => KeyRecordText.NameOf(Key);
}
