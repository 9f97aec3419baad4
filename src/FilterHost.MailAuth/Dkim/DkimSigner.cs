using System.Text;
using FilterHost.Keys;

namespace FilterHost.MailAuth.Dkim;

/// <summary>Signs one message with one or several keys: fed the body, given the final header section at the end. It keeps nothing of the body and never emits l=.</summary>
public sealed class DkimSigner : IDisposable
{
    private static readonly byte[] Name = Encoding.ASCII.GetBytes(SignatureFieldWriter.FieldName);

    private readonly SignatureForm _form;
    private readonly DkimSigningOptions _options;
    private readonly IReadOnlyList<SigningKey> _keys;
    private readonly TimeProvider _time;
    private readonly BodyHasher _body = new();
    private readonly int _pass;

    /// <summary>Begins to sign a message.</summary>
    /// <param name="form">What is signed and how.</param>
    /// <param name="keys">The keys, at least one; a signature is made with each, in this order.</param>
    /// <param name="time">The clock for t=.</param>
    public DkimSigner(SignatureForm form, IReadOnlyList<SigningKey> keys, TimeProvider time)
    {
        (_form, _options, _keys, _time) = (form, form.Options, keys, time);
        _pass = _body.Add(_options.Canonicalization.Body, null);
    }

    /// <summary>Takes the next part of the body, cut anywhere.</summary>
    public void AppendBody(ReadOnlySpan<byte> chunk) => _body.Append(chunk);

    /// <summary>Signs the header section as it leaves, together with the body that was fed.</summary>
    public async ValueTask<DkimSigning> FinishAsync(HeaderSection header, SignDigest sign, CancellationToken cancellationToken)
    {
        _body.Finish();
        var tags = new SignatureTags(_options, _form.FieldNames.For(header), Convert.ToBase64String(_body.Hash(_pass)), _time.GetUtcNow());
        if (_options.CopiesFields)
            tags = tags with { Copies = CopiedFields.Of(ToCopy(header, tags.FieldNames), encodesBar: _options.Layout is not SignatureLayout.Opendkim) };
        var fields = new List<HeaderField>(_keys.Count);
        using var signed = Hash(Select(header, tags.FieldNames));
        foreach (var key in _keys)
        {
            var writer = tags.Write(key);
            var digest = Digest(signed, writer.ToOctets());
            switch (await sign(key.Id, digest, cancellationToken))
            {
                case SigningOutcome.Signed { Signature: var signature }:
                    fields.Add(new HeaderField(Name, writer.Signature(Convert.ToBase64String(signature.Span)).ToOctets()));
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

    private static List<HeaderField> Select(HeaderSection header, List<string> names)
    {
        var fields = new List<HeaderField>(names.Count);
        var selection = new HeaderIndex(header).Select(except: null);
        foreach (var name in names)
        {
            if (selection.Next(Encoding.ASCII.GetBytes(name)) is { } field)
                fields.Add(field);
        }
        return fields;
    }

    // z= is for people: its fields stand as the message has them.
    private HeaderField[] ToCopy(HeaderSection header, List<string> names)
    {
        var signed = new HashSet<HeaderField>(Select(header, names[..^_form.FieldNames.AddedCount]), ReferenceEqualityComparer.Instance);
        return [.. header.Where(signed.Contains)];
    }

    private HeaderHasher Hash(List<HeaderField> fields)
    {
        var hasher = new HeaderHasher(_options.Canonicalization.Header);
        foreach (var field in fields)
            hasher.Add(field);
        return hasher;
    }

    private byte[] Digest(HeaderHasher fields, byte[] unsigned)
    {
        using var own = new HeaderHasher(_options.Canonicalization.Header);
        own.AddOctets(fields.Octets);
        own.AddSignature(Name, unsigned, unsigned.Length..);
        return own.Finish();
    }
}
