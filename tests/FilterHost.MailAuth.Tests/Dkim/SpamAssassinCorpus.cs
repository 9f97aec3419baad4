using FilterHost.MailAuth.Dkim;
using FilterHost.Tests;

namespace FilterHost.MailAuth.Tests.Dkim;

/// <summary>The messages of an old corpus whose keys have left DNS: each signature's body hash must be what we compute.</summary>
public sealed class SpamAssassinCorpus
{
    /// <summary>
    /// The one message that is signed with rsa-sha1, which never passes (RFC 8301 §3.1), so that its hash is not read. The messages made to fail differ in header fields or keys:
    /// their bodies match.
    /// </summary>
    private static readonly string[] NotCompared = ["test-pass-01.msg: rsa-sha1 is obsolete"];

    [Fact]
    public void Every_body_hash_of_the_corpus_matches()
    {
        var differing = new SortedSet<string>();
        var compared = 0;
        foreach (var file in Directory.GetFiles(ConformanceData.Folder("dkim/spamassassin"), "*.msg"))
        {
            var message = RawMessage.Parse(File.ReadAllBytes(file));
            foreach (var field in message.Header.All("DKIM-Signature"))
            {
                var signature = DkimSignature.Parse(field, 1000);
                if (signature.BodyHash.Length == 0)
                {
                    differing.Add($"{Path.GetFileName(file)}: {signature.Problem}");
                    continue;
                }
                using var body = new BodyCanonicalizer(signature.Canonicalization.Body, signature.BodyLength ?? long.MaxValue);
                body.Append(message.Body);
                compared++;
                if (!body.Finish().AsSpan().SequenceEqual(signature.BodyHash))
                    differing.Add(Path.GetFileName(file));
            }
        }
        Assert.Equal(NotCompared, differing);
        Assert.True(compared >= 30, $"{compared} signatures");
    }
}
