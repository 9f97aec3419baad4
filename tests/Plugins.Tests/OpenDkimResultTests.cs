using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using FilterHost.EndToEnd.Tests.Harness;
using FilterHost.Plugins.DkimVerify;
using FilterHost.Testing;

namespace FilterHost.Plugins.Tests;

/// <summary>
/// OpenDKIM 2.11 and we judge the same messages. Where the words differ the table says why ours is as it is; the test holds both sides to it, so that a difference that nobody has looked at is a failure.
/// </summary>
public sealed class OpenDkimResultTests
{
    private const string From = "From: a@example.com\r\n";
    private const string Body = "Hello\r\nworld\r\n";

    // {bh} becomes the body hash; the template ends before b=, whose signature is made over all of it by simple canonicalization.
    private const string Good = "v=1; a=rsa-sha256; c=simple/simple; d=example.com; s=rsa; h=from; bh={bh};";

    private const string NoKey = "RFC 6376 §6.1.2 has PERMFAIL for it, which is permerror (RFC 8601 §2.7.1); fail is for a signature that did not verify";
    private const string Syntax = "RFC 6376 §6.1.1: PERMFAIL (signature syntax error), which is permerror (RFC 8601 §2.7.1)";
    private const string Unsaid = $"{Syntax}; OpenDKIM says nothing of it";

    private static readonly RSA WeakKey = RSA.Create(1024);

    private static readonly Row[] Rows =
    [
        new("a good signature", Signed(Good), Ours: "pass", Theirs: "pass"),
        new("a changed body", Signed(Good).Replace("world", "World", StringComparison.Ordinal), Ours: "fail", Theirs: "fail"),
        new("a changed signed field", Signed(Good).Replace("a@example.com", "b@example.com", StringComparison.Ordinal), Ours: "fail", Theirs: "fail"),
        new("an added unsigned field", "Subject: x\r\n" + Signed(Good), Ours: "pass", Theirs: "pass"),
        new("no signature", $"{From}\r\n{Body}", Ours: "none", Theirs: "none"),
        new("two signatures, one of a missing key", Signed(Good.Replace("s=rsa", "s=missing", StringComparison.Ordinal), rest: Signed(Good)), Ours: "permerror pass", Theirs: "fail pass", NoKey),
        new("no From field", Signed(Good, rest: $"To: b@example.org\r\n\r\n{Body}"), Ours: "fail", Theirs: "permerror", "the signature covers From, which is gone: it does not verify; OpenDKIM does not look at such a message"),
        new("two From fields, the lower one signed", Signed(Good, rest: $"From: eve@example.net\r\n{From}\r\n{Body}"), Ours: "pass", Theirs: "pass"),
        new("no key record", Signed("v=1; a=rsa-sha256; c=simple/simple; d=example.com; s=missing; h=from; bh={bh};"), Ours: "permerror", Theirs: "fail", NoKey),
        new("a revoked key", Signed("v=1; a=rsa-sha256; c=simple/simple; d=example.com; s=revoked; h=from; bh={bh};"), Ours: "permerror", Theirs: "fail", NoKey),
        new("a key of unknown type", Signed("v=1; a=rsa-sha256; c=simple/simple; d=example.com; s=type; h=from; bh={bh};"), Ours: "permerror", Theirs: "fail", NoKey),
        new("a key record of another version", Signed("v=1; a=rsa-sha256; c=simple/simple; d=example.com; s=version; h=from; bh={bh};"), Ours: "permerror", Theirs: "fail", "RFC 6376 §3.6.1: such a record MUST be discarded, and there is no other: no key for signature, PERMFAIL"),
        new("a key for sha1 alone", Signed("v=1; a=rsa-sha256; c=simple/simple; d=example.com; s=sha1; h=from; bh={bh};"), Ours: "permerror", Theirs: "fail", NoKey),
        new("a key for sha1 and sha256", Signed("v=1; a=rsa-sha256; c=simple/simple; d=example.com; s=sha256; h=from; bh={bh};"), Ours: "pass", Theirs: "pass"),
        new("a key for another service", Signed("v=1; a=rsa-sha256; c=simple/simple; d=example.com; s=service; h=from; bh={bh};"), Ours: "permerror", Theirs: "fail", NoKey),
        new("a key for email", Signed("v=1; a=rsa-sha256; c=simple/simple; d=example.com; s=email; h=from; bh={bh};"), Ours: "pass", Theirs: "pass"),
        new("a key that is no RSA key", Signed("v=1; a=rsa-sha256; c=simple/simple; d=example.com; s=garbage; h=from; bh={bh};"), Ours: "permerror", Theirs: "permerror"),
        new("a key that is no base64", Signed("v=1; a=rsa-sha256; c=simple/simple; d=example.com; s=base64; h=from; bh={bh};"), Ours: "permerror", Theirs: "permerror"),
        new("a key record without p=", Signed("v=1; a=rsa-sha256; c=simple/simple; d=example.com; s=nop; h=from; bh={bh};"), Ours: "permerror", Theirs: "temperror", "RFC 6376 §6.1.2: PERMFAIL (key syntax error); no later try finds more"),
        new("a TXT record that is no key record", Signed("v=1; a=rsa-sha256; c=simple/simple; d=example.com; s=text; h=from; bh={bh};"), Ours: "permerror", Theirs: "temperror", "RFC 6376 §6.1.2: no key for signature, PERMFAIL; no later try finds more"),
        new("a key under test", Signed("v=1; a=rsa-sha256; c=simple/simple; d=example.com; s=test; h=from; bh={bh};"), Ours: "pass", Theirs: "pass"),
        new("a key as bare RSAPublicKey", Signed("v=1; a=rsa-sha256; c=simple/simple; d=example.com; s=pkcs1; h=from; bh={bh};"), Ours: "pass", Theirs: "permerror", "RFC 6376 §3.6.1 names RSAPublicKey; erratum 3017 allows both"),
        new("a key with g= of RFC 4871 for another local part", Signed("v=1; a=rsa-sha256; c=simple/simple; d=example.com; s=granular; h=from; bh={bh};"), Ours: "pass", Theirs: "pass"),
        new("a key of 512 bits", Signed("v=1; a=rsa-sha256; c=simple/simple; d=example.com; s=weak; h=from; bh={bh};"), Ours: "permerror", Theirs: "fail", "RFC 8301 §3.2: no signature of such a key is valid, whatever it is of: PERMFAIL"),
        new("a changed body and a key under test", Signed("v=1; a=rsa-sha256; c=simple/simple; d=example.com; s=test; h=from; bh={bh};").Replace("world", "World", StringComparison.Ordinal), Ours: "fail", Theirs: "fail"),
        new("a key of 1024 bits", Signed("v=1; a=rsa-sha256; c=simple/simple; d=example.com; s=weaker; h=from; bh={bh};", key: WeakKey), Ours: "pass", Theirs: "pass"),
        new("i= below d=", Signed("v=1; a=rsa-sha256; c=simple/simple; d=example.com; s=rsa; h=from; bh={bh}; i=x@sub.example.com;"), Ours: "pass", Theirs: "pass"),
        new("i= below d= and a key that forbids it", Signed("v=1; a=rsa-sha256; c=simple/simple; d=example.com; s=strict; h=from; bh={bh}; i=x@sub.example.com;"), Ours: "permerror", Theirs: "fail", "RFC 6376 §6.1.2: PERMFAIL (inapplicable key), which is permerror"),
        new("i= of d= and such a key", Signed("v=1; a=rsa-sha256; c=simple/simple; d=example.com; s=strict; h=from; bh={bh}; i=x@example.com;"), Ours: "pass", Theirs: "pass"),
        new("i= outside d=", Signed("v=1; a=rsa-sha256; c=simple/simple; d=example.com; s=rsa; h=from; bh={bh}; i=x@example.net;"), Ours: "permerror", Theirs: "permerror"),
        new("i= that ends like d=", Signed("v=1; a=rsa-sha256; c=simple/simple; d=example.com; s=rsa; h=from; bh={bh}; i=x@badexample.com;"), Ours: "permerror", Theirs: "permerror"),
        new("i= above d=", Signed("v=1; a=rsa-sha256; c=simple/simple; d=sub.example.com; s=rsa; h=from; bh={bh}; i=@example.com;"), Ours: "permerror", Theirs: "permerror"),
        new("i= without @", Signed("v=1; a=rsa-sha256; c=simple/simple; d=example.com; s=rsa; h=from; bh={bh}; i=example.com;"), Ours: "permerror", Theirs: "permerror"),
        new("i= in quoted-printable", Signed("v=1; a=rsa-sha256; c=simple/simple; d=example.com; s=rsa; h=from; bh={bh}; i=a=3Db@example.com;"), Ours: "pass", Theirs: "pass"),
        new("v= of 2", Signed("v=2; a=rsa-sha256; c=simple/simple; d=example.com; s=rsa; h=from; bh={bh};"), Ours: "permerror", Theirs: "permerror"),
        new("v= of 1.0", Signed("v=1.0; a=rsa-sha256; c=simple/simple; d=example.com; s=rsa; h=from; bh={bh};"), Ours: "permerror", Theirs: "permerror"),
        new("v= missing", Signed("a=rsa-sha256; c=simple/simple; d=example.com; s=rsa; h=from; bh={bh};"), Ours: "permerror", Theirs: "", Unsaid),
        new("v= empty", Signed("v=; a=rsa-sha256; c=simple/simple; d=example.com; s=rsa; h=from; bh={bh};"), Ours: "permerror", Theirs: "permerror"),
        new("a= missing", Signed("v=1; c=simple/simple; d=example.com; s=rsa; h=from; bh={bh};"), Ours: "permerror", Theirs: "", Unsaid),
        new("a= of rsa-sha1", Signed("v=1; a=rsa-sha1; c=simple/simple; d=example.com; s=rsa; h=from; bh={bh};"), Ours: "permerror", Theirs: "fail", "RFC 8301 §3.1: such signatures have permanently failed evaluation, which is permerror (RFC 8601 §2.7.1)"),
        new("a= unknown", Signed("v=1; a=rsa-md5; c=simple/simple; d=example.com; s=rsa; h=from; bh={bh};"), Ours: "permerror", Theirs: "permerror"),
        new("a= in capitals", Signed("v=1; a=RSA-SHA256; c=simple/simple; d=example.com; s=rsa; h=from; bh={bh};"), Ours: "permerror", Theirs: "pass", "RFC 6376 §3.2: values are case-sensitive unless the tag says otherwise, and a= does not"),
        new("a= of ed25519 with an RSA key", Signed("v=1; a=ed25519-sha256; c=simple/simple; d=example.com; s=rsa; h=from; bh={bh};"), Ours: "permerror", Theirs: "permerror"),
        new("a= of rsa with an Ed25519 key", Signed("v=1; a=rsa-sha256; c=simple/simple; d=example.com; s=ed; h=from; bh={bh};"), Ours: "permerror", Theirs: "permerror"),
        new("an Ed25519 signature", SignedByEd25519("v=1; a=ed25519-sha256; c=relaxed/simple; d=example.com; s=ed; h=from; bh={bh};"), Ours: "pass", Theirs: "pass"),
        new("b= empty", Regex.Replace(Signed(Good), "b=[^;\r]*\r\n", "b=\r\n"), Ours: "permerror", Theirs: "permerror"),
        new("b= missing", Regex.Replace(Signed(Good), " b=[^;\r]*\r\n", "\r\n"), Ours: "permerror", Theirs: "", Unsaid),
        new("b= no base64", Regex.Replace(Signed(Good), " b=[^;\r]*\r\n", " b=!!!!\r\n"), Ours: "permerror", Theirs: "fail", Syntax),
        new("b= of another length", Regex.Replace(Signed(Good), " b=[^;\r]*\r\n", " b=AAAA\r\n"), Ours: "fail", Theirs: "fail"),
        new("bh= missing", Signed("v=1; a=rsa-sha256; c=simple/simple; d=example.com; s=rsa; h=from;"), Ours: "permerror", Theirs: "permerror"),
        new("bh= empty", Signed("v=1; a=rsa-sha256; c=simple/simple; d=example.com; s=rsa; h=from; bh=;"), Ours: "permerror", Theirs: "permerror"),
        new("bh= no base64", Signed("v=1; a=rsa-sha256; c=simple/simple; d=example.com; s=rsa; h=from; bh=!!!!;"), Ours: "permerror", Theirs: "fail", Syntax),
        new("bh= of another length", Signed("v=1; a=rsa-sha256; c=simple/simple; d=example.com; s=rsa; h=from; bh=AAAA;"), Ours: "permerror", Theirs: "fail", "a SHA-256 hash has 32 octets: RFC 6376 §6.1.1, PERMFAIL (signature syntax error)"),
        new("c= unknown", Signed("v=1; a=rsa-sha256; c=nofold/simple; d=example.com; s=rsa; h=from; bh={bh};"), Ours: "permerror", Theirs: "permerror"),
        new("c= of one word", Signed("v=1; a=rsa-sha256; c=simple; d=example.com; s=rsa; h=from; bh={bh};"), Ours: "pass", Theirs: "pass"),
        new("c= missing", Signed("v=1; a=rsa-sha256; d=example.com; s=rsa; h=from; bh={bh};"), Ours: "pass", Theirs: "pass"),
        new("c= of three words", Signed("v=1; a=rsa-sha256; c=simple/simple/simple; d=example.com; s=rsa; h=from; bh={bh};"), Ours: "permerror", Theirs: "permerror"),
        new("d= missing", Signed("v=1; a=rsa-sha256; c=simple/simple; s=rsa; h=from; bh={bh};"), Ours: "permerror", Theirs: "", Unsaid),
        new("d= empty", Signed("v=1; a=rsa-sha256; c=simple/simple; d=; s=rsa; h=from; bh={bh};"), Ours: "permerror", Theirs: "permerror"),
        new("d= a top-level domain", Signed("v=1; a=rsa-sha256; c=simple/simple; d=com; s=rsa; h=from; bh={bh};"), Ours: "permerror", Theirs: "fail", "RFC 6376 §3.5: domain-name = sub-domain 1*(\".\" sub-domain), so that com is none"),
        new("d= with a dot at the end", Signed("v=1; a=rsa-sha256; c=simple/simple; d=example.com.; s=rsa; h=from; bh={bh};"), Ours: "permerror", Theirs: "fail", "RFC 6376 §3.5: a domain name ends with a sub-domain"),
        new("d= in capitals", Signed("v=1; a=rsa-sha256; c=simple/simple; d=EXAMPLE.com; s=rsa; h=from; bh={bh};"), Ours: "pass", Theirs: "pass"),
        new("h= missing", Signed("v=1; a=rsa-sha256; c=simple/simple; d=example.com; s=rsa; bh={bh};"), Ours: "permerror", Theirs: "", Unsaid),
        new("h= empty", Signed("v=1; a=rsa-sha256; c=simple/simple; d=example.com; s=rsa; h=; bh={bh};"), Ours: "permerror", Theirs: "permerror"),
        new("h= without from", Signed("v=1; a=rsa-sha256; c=simple/simple; d=example.com; s=rsa; h=to; bh={bh};"), Ours: "permerror", Theirs: "permerror"),
        new("h= with spaces and capitals", Signed("v=1; a=rsa-sha256; c=simple/simple; d=example.com; s=rsa; h= FROM : to ; bh={bh};"), Ours: "pass", Theirs: "pass"),
        new("h= with an empty name", Signed("v=1; a=rsa-sha256; c=simple/simple; d=example.com; s=rsa; h=from::to; bh={bh};"), Ours: "permerror", Theirs: "pass", "RFC 6376 §3.5: h= is a list of field names, and an empty one is none"),
        new("h= that names from twice", Signed("v=1; a=rsa-sha256; c=simple/simple; d=example.com; s=rsa; h=from:from; bh={bh};"), Ours: "pass", Theirs: "pass"),
        new("l= of the whole body", Signed("v=1; a=rsa-sha256; c=simple/simple; d=example.com; s=rsa; h=from; bh={bh}; l=14;"), Ours: "pass", Theirs: "pass"),
        new("l= of a part", Signed("v=1; a=rsa-sha256; c=simple/simple; d=example.com; s=rsa; h=from; bh={bh}; l=7;", signedBody: "Hello\r\n"), Ours: "pass", Theirs: "pass"),
        new("l= larger than the body", Signed("v=1; a=rsa-sha256; c=simple/simple; d=example.com; s=rsa; h=from; bh={bh}; l=15;"), Ours: "permerror", Theirs: "fail", "RFC 6376 §3.5: l= must not be larger than the body, so that the signature is malformed"),
        new("l= no number", Signed("v=1; a=rsa-sha256; c=simple/simple; d=example.com; s=rsa; h=from; bh={bh}; l=x;"), Ours: "permerror", Theirs: "permerror"),
        new("l= negative", Signed("v=1; a=rsa-sha256; c=simple/simple; d=example.com; s=rsa; h=from; bh={bh}; l=-1;"), Ours: "permerror", Theirs: "permerror"),
        new("q= of dns/txt", Signed("v=1; a=rsa-sha256; c=simple/simple; d=example.com; s=rsa; h=from; bh={bh}; q=dns/txt;"), Ours: "pass", Theirs: "pass"),
        new("q= unknown", Signed("v=1; a=rsa-sha256; c=simple/simple; d=example.com; s=rsa; h=from; bh={bh}; q=http;"), Ours: "permerror", Theirs: "permerror"),
        new("q= with an unknown one first", Signed("v=1; a=rsa-sha256; c=simple/simple; d=example.com; s=rsa; h=from; bh={bh}; q=http:dns/txt;"), Ours: "pass", Theirs: "pass"),
        new("s= missing", Signed("v=1; a=rsa-sha256; c=simple/simple; d=example.com; h=from; bh={bh};"), Ours: "permerror", Theirs: "", Unsaid),
        new("s= empty", Signed("v=1; a=rsa-sha256; c=simple/simple; d=example.com; s=; h=from; bh={bh};"), Ours: "permerror", Theirs: "permerror"),
        new("s= with a space", Signed("v=1; a=rsa-sha256; c=simple/simple; d=example.com; s=r sa; h=from; bh={bh};"), Ours: "permerror", Theirs: "pass", "RFC 6376 §3.1: a selector is a sub-domain; white space in it is none"),
        new("t= in the future", Signed("v=1; a=rsa-sha256; c=simple/simple; d=example.com; s=rsa; h=from; bh={bh}; t=99999999999;"), Ours: "permerror", Theirs: "permerror"),
        new("t= no number", Signed("v=1; a=rsa-sha256; c=simple/simple; d=example.com; s=rsa; h=from; bh={bh}; t=now;"), Ours: "permerror", Theirs: "", Unsaid),
        new("t= of the past", Signed("v=1; a=rsa-sha256; c=simple/simple; d=example.com; s=rsa; h=from; bh={bh}; t=1000000000;"), Ours: "pass", Theirs: "pass"),
        new("x= of the past", Signed("v=1; a=rsa-sha256; c=simple/simple; d=example.com; s=rsa; h=from; bh={bh}; t=1000000000; x=1000000001;"), Ours: "permerror", Theirs: "permerror"),
        new("x= before t=", Signed("v=1; a=rsa-sha256; c=simple/simple; d=example.com; s=rsa; h=from; bh={bh}; t=1000000001; x=1000000000;"), Ours: "permerror", Theirs: "permerror"),
        new("x= alone, of the past", Signed("v=1; a=rsa-sha256; c=simple/simple; d=example.com; s=rsa; h=from; bh={bh}; x=1000000001;"), Ours: "permerror", Theirs: "permerror"),
        new("x= no number", Signed("v=1; a=rsa-sha256; c=simple/simple; d=example.com; s=rsa; h=from; bh={bh}; x=never;"), Ours: "permerror", Theirs: "", Unsaid),
        new("a tag twice", Signed("v=1; a=rsa-sha256; c=simple/simple; d=example.com; s=rsa; h=from; bh={bh}; d=example.com;"), Ours: "permerror", Theirs: "pass", "RFC 6376 §3.2: a list with a tag twice MUST be considered invalid"),
        new("an unknown tag", Signed("v=1; a=rsa-sha256; c=simple/simple; d=example.com; s=rsa; h=from; bh={bh}; zz=top;"), Ours: "pass", Theirs: "pass"),
        new("an unknown tag twice", Signed("v=1; a=rsa-sha256; c=simple/simple; d=example.com; s=rsa; h=from; bh={bh}; zz=top; zz=top;"), Ours: "permerror", Theirs: "pass", "RFC 6376 §3.2: a list with a tag twice MUST be considered invalid"),
        new("a tag name in capitals", Signed("v=1; a=rsa-sha256; c=simple/simple; D=example.com; s=rsa; h=from; bh={bh};"), Ours: "permerror", Theirs: "", Unsaid),
        new("a tag without =", Signed("v=1; a=rsa-sha256; c=simple/simple; d=example.com; s=rsa; h=from; bh={bh}; zz;"), Ours: "permerror", Theirs: "", Unsaid),
        new("an empty tag", Signed("v=1; a=rsa-sha256; c=simple/simple; d=example.com; s=rsa; h=from; bh={bh}; ;"), Ours: "permerror", Theirs: "", Unsaid),
        new("spaces and folds around =", Signed("v=1; a=rsa-sha256; c=simple/simple; d =\r\n\texample.com; s=rsa; h=from; bh={bh};"), Ours: "pass", Theirs: "pass"),
        new("r= of y", Signed("v=1; a=rsa-sha256; c=simple/simple; d=example.com; s=rsa; h=from; bh={bh}; r=y;"), Ours: "pass", Theirs: "pass"),
        new("z= of anything", Signed("v=1; a=rsa-sha256; c=simple/simple; d=example.com; s=rsa; h=from; bh={bh}; z=From:nobody@nowhere|x:y;"), Ours: "pass", Theirs: "pass"),
        new("nothing but a semicolon", Signed(";"), Ours: "permerror", Theirs: "", Unsaid),
    ];

    [Fact]
    public async Task Words_are_equal_or_the_difference_has_a_reason()
    {
        Machine.Require("/usr/sbin/opendkim");
        var keys = Path.GetTempFileName();
        await File.WriteAllLinesAsync(keys, Records.Select(record => $"{record.Selector}._domainkey.example.com {record.Text}"), TestContext.Current.CancellationToken);
        try
        {
            await using var opendkim = await OpenDkimProcess.StartAsync($"Mode v\nTestPublicKeys {keys}\nAlwaysAddARHeader yes");
            var found = new List<string>();
            foreach (var row in Rows)
            {
                var answer = await OpenDkimMilter.SendAsync(opendkim, Encoding.UTF8.GetBytes(row.Message), client: "192.0.2.1");
                var theirs = string.Join(' ', OpenDkimMilter.Inserted(answer, "Authentication-Results").SelectMany(field => Regex.Matches(field, @"\bdkim=(\w+)").Select(match => match.Groups[1].Value)));
                var ours = string.Join(' ', (await OurRunAsync(row.Message)).Results.Select(result => result.Word));
                if (theirs != row.Theirs || ours != row.Ours)
                    found.Add($"{row.Name}: OpenDKIM {theirs}, we {ours}");
                Assert.True(row.Theirs == row.Ours == string.IsNullOrEmpty(row.Reason), $"{row.Name}: a difference has a reason, and nothing else has");
            }
            Assert.True(found.Count == 0, string.Join(Environment.NewLine, found));
        }
        finally
        {
            File.Delete(keys);
        }
    }

    private static readonly (string Selector, string Text)[] Records =
    [
        ("rsa", $"v=DKIM1; p={Spki}"),
        ("ed", DkimSignKeys.RecordOf(DkimSignKeys.Ed25519).Trim('"')),
        ("test", $"v=DKIM1; t=y; p={Spki}"),
        ("strict", $"v=DKIM1; t=s; p={Spki}"),
        ("revoked", "v=DKIM1; p="),
        ("type", $"v=DKIM1; k=dsa; p={Spki}"),
        ("version", $"v=DKIM2; p={Spki}"),
        ("sha1", $"v=DKIM1; h=sha1; p={Spki}"),
        ("sha256", $"v=DKIM1; h=sha1:sha256; p={Spki}"),
        ("service", $"v=DKIM1; s=tlsrpt; p={Spki}"),
        ("email", $"v=DKIM1; s=email; p={Spki}"),
        ("garbage", "v=DKIM1; p=AAAA"),
        ("base64", "v=DKIM1; p=!!!!"),
        ("nop", "v=DKIM1; k=rsa"),
        ("text", "hello"),
        ("pkcs1", $"v=DKIM1; p={Convert.ToBase64String(DkimSignKeys.RsaPrivate.ExportRSAPublicKey())}"),
        ("granular", $"v=DKIM1; g=other; p={Spki}"),
        ("weak", $"v=DKIM1; p={DkimVerifyPolicyTests.ShortPublicKey}"),
        ("weaker", $"v=DKIM1; p={Convert.ToBase64String(WeakKey.ExportSubjectPublicKeyInfo())}"),
    ];

    private static string Spki => Convert.ToBase64String(DkimSignKeys.RsaPrivate.ExportSubjectPublicKeyInfo());

    // A message with a signature on top of it, or of other fields and a body.
    private static string Signed(string tags, string signedBody = Body, string? rest = null, RSA? key = null)
    {
        var unsigned = $"DKIM-Signature: {tags.Replace("{bh}", Hash(signedBody), StringComparison.Ordinal)} b=";
        var signature = (key ?? DkimSignKeys.RsaPrivate).SignData(Encoding.UTF8.GetBytes(From + unsigned), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return $"{unsigned}{Convert.ToBase64String(signature)}\r\n{rest ?? $"{From}\r\n{Body}"}";
    }

    // Relaxed, since OpenDKIM verifies no Ed25519 signature over a simple header section.
    private static string SignedByEd25519(string tags)
    {
        var unsigned = $"DKIM-Signature: {tags.Replace("{bh}", Hash(Body), StringComparison.Ordinal)} b=";
        var canonical = $"from:a@example.com\r\n{unsigned.Replace("DKIM-Signature: ", "dkim-signature:", StringComparison.Ordinal)}";
        return $"{unsigned}{Convert.ToBase64String(DkimSignKeys.SignWithEd25519(SHA256.HashData(Encoding.UTF8.GetBytes(canonical))))}\r\n{From}\r\n{Body}";
    }

    private static string Hash(string body) => Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(body)));

    private static Task<FilterRun> OurRunAsync(string message)
    {
        var zone = Records.Select(record => $"{record.Selector}._domainkey.example.com. TXT \"{record.Text}\"");
        return FilterTest.For<DkimVerifyPlugin>("body_length_policy = \"accept\"").WithZone(string.Join('\n', zone)).At(TimeProvider.System.GetUtcNow()).WithMessage(Encoding.UTF8.GetBytes(message)).RunAsync();
    }

    /// <summary>One message and what is said about it.</summary>
    private sealed record Row(string Name, string Message, string Ours, string Theirs, string? Reason = null);
}
