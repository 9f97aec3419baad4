using System.Globalization;
using System.Text;
using FilterHost.Keys;

namespace FilterHost.MailAuth.Dkim;

/// <summary>Signs one message with one or several keys: fed the body, given the final header section at the end. It keeps nothing of the body and never emits l=.</summary>
public sealed class DkimSigner : IDisposable
{
    private static readonly byte[] Name = Encoding.ASCII.GetBytes(SignatureFieldWriter.FieldName);

    private readonly DkimSigningOptions _options;
    private readonly IReadOnlyList<SigningKey> _keys;
    private readonly TimeProvider _time;
    private readonly BodyHasher _body = new();
    private readonly int _pass;

    /// <summary>Begins to sign a message.</summary>
    /// <param name="options">What is signed and how.</param>
    /// <param name="keys">The keys, at least one; a signature is made with each, in this order.</param>
    /// <param name="time">The clock for t=.</param>
    public DkimSigner(DkimSigningOptions options, IReadOnlyList<SigningKey> keys, TimeProvider time)
    {
        (_options, _keys, _time) = (options, keys, time);
        _pass = _body.Add(options.Canonicalization.Body, null);
    }

    /// <summary>Takes the next part of the body, cut anywhere.</summary>
    public void AppendBody(ReadOnlySpan<byte> chunk) => _body.Append(chunk);

    /// <summary>Signs the header section as it leaves, together with the body that was fed.</summary>
    public async ValueTask<DkimSigning> FinishAsync(HeaderSection header, SignDigest sign, CancellationToken cancellationToken)
    {
        _body.Finish();
        var names = new SignedFieldNames(_options).For(header);
        var fields = new List<HeaderField>(_keys.Count);
        using var signed = HashFields(header, names);
        foreach (var key in _keys)
        {
            var writer = WriteTags(key, names);
            var unsigned = writer.ToOctets();
            var digest = Digest(signed, unsigned);
            switch (await sign(key.Id, digest, cancellationToken))
            {
                case SigningOutcome.Signed { Signature: var signature }:
                    fields.Add(new HeaderField(Name, writer.Divisible(Convert.ToBase64String(signature.Span)).ToOctets()));
                    break;
                case SigningOutcome.Unavailable { Reason: var reason }:
                    return new DkimSigning.Unavailable($"key {key.Selector}._domainkey.{key.SigningDomain} cannot sign now: {reason}");
                case var outcome:
                    throw new InvalidOperationException($"unknown outcome {outcome}");
            }
        }
        return new DkimSigning.Signed(fields);
    }

    /// <summary>Drops the message.</summary>
    public void Dispose() => _body.Dispose();

    private HeaderHasher HashFields(HeaderSection header, List<string> names)
    {
        var hasher = new HeaderHasher(_options.Canonicalization.Header);
        var selection = new HeaderIndex(header).Select(except: null);
        foreach (var name in names)
        {
            if (selection.Next(Encoding.ASCII.GetBytes(name)) is { } field)
                hasher.Add(field);
        }
        return hasher;
    }

    private byte[] Digest(HeaderHasher fields, byte[] unsigned)
    {
        using var own = new HeaderHasher(_options.Canonicalization.Header);
        own.AddOctets(fields.Octets);
        own.AddSignature(Name, unsigned, unsigned.Length..);
        return own.Finish();
    }

    private SignatureFieldWriter WriteTags(SigningKey key, List<string> names)
    {
        var now = _time.GetUtcNow().ToUnixTimeSeconds();
        var writer = new SignatureFieldWriter()
            .Tag("v=1;")
            .Tag($"a={SignatureAlgorithmName.Of(key.Algorithm)};")
            .Tag($"c={_options.Canonicalization};")
            .Tag($"d={key.SigningDomain};")
            .Tag($"s={key.Selector};");
        if (key.UserIdentifier is not null)
            writer.Tag($"i={UserIdentifier.Encode(key.UserIdentifier)};");
        writer.Tag(string.Create(CultureInfo.InvariantCulture, $"t={now};"));
        if (_options.ExpireAfter is { } lifetime)
            writer.Tag(string.Create(CultureInfo.InvariantCulture, $"x={now + Math.Max(1, (long)lifetime.TotalSeconds)};"));
        return writer
            .List("h=", names)
            .Tag($"bh={Convert.ToBase64String(_body.Hash(_pass))};")
            .Tag("b=");
    }
}
