using System.Security.Cryptography;
using System.Text;

namespace FilterHost.EndToEnd.Tests.Import;

/// <summary>Keys, tables and lists that the configuration files name, and the records that go with them.</summary>
internal static class ImportedFiles
{
    // PKCS#8 and SubjectPublicKeyInfo of Ed25519 are these octets and the key (RFC 8410 §7, §4).
    private const string Ed25519Seed = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
    private const string Ed25519Public = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";

    private static readonly RSA One = RSA.Create(2048);
    private static readonly RSA Two = RSA.Create(2048);

    /// <summary>Records of keys and policies.</summary>
    public static string Zone { get; } = $"""
        sel._domainkey.example.com. TXT {Record(One)}
        sel._domainkey.signed.example. TXT {Record(One)}
        two._domainkey.example.net. TXT {Record(Two)}
        revoked._domainkey.signed.example. TXT "v=DKIM1; p="
        ed._domainkey.example.com. TXT "v=DKIM1; k=ed25519; p={Convert.ToBase64String(Convert.FromHexString(Ed25519Public))}"
        _dmarc.reject.example. TXT "v=DMARC1; p=reject"
        _dmarc.example.net. TXT "v=DMARC1; p=reject"
        _dmarc.quarantine.example. TXT "v=DMARC1; p=quarantine"
        _dmarc.none.example. TXT "v=DMARC1; p=none"
        reject.example. TXT "v=spf1 ip4:198.51.100.7 -all"
        quarantine.example. TXT "v=spf1 ip4:198.51.100.7 -all"
        nospf.example. A 198.51.100.9
        """;

    /// <summary>Path and text of each file.</summary>
    public static IEnumerable<(string Path, string Text)> All(string folder)
    {
        var (one, two) = ($"{folder}/keys/example.com.private", $"{folder}/keys/example.net.private");
        yield return ("keys/example.com.private", One.ExportRSAPrivateKeyPem() + "\n");
        yield return ("keys/example.net.private", Two.ExportPkcs8PrivateKeyPem() + "\n");
        yield return ("keys/ed25519.private", PemEncoding.WriteString("PRIVATE KEY", Convert.FromHexString($"302e020100300506032b657004220420{Ed25519Seed}")) + "\n");
        yield return ("KeyTable", $"# name domain:selector:key\none\texample.com:sel:{one}\ntwo example.net:two:{two}\n");
        yield return ("KeyTable.relative", "one example.com:sel:./keys/example.com.private\ntwo example.net:two:./keys/example.net.private\n");
        yield return ("KeyTable.bad", $"one example.com:sel:{folder}/keys/none.private\ntwo example.net:two:{two}\nthree example.org\n");
        yield return ("SigningTable", "*@example.com one\n*@*.example.com one\n*@example.net two\n");
        yield return ("SigningTable.plain", "example.com one\n.example.com one\nexample.net two\n");
        yield return ("SigningTable.multiple", "joe@example.com two\n*@example.com one\n*@example.net two\n");
        yield return ("TrustedHosts", "127.0.0.1\n::1\n192.0.2.0/24\n!192.0.2.9\n.office.example\n");
        yield return ("domains", "example.com\nexample.net # ours too\n");
        yield return ("more.conf", $"Domain example.com\nSelector sel\nKeyFile {one}\n");
    }

    private static string Record(RSA key)
    {
        // A string of a TXT record has at most 255 octets.
        var text = $"v=DKIM1; k=rsa; p={Convert.ToBase64String(key.ExportSubjectPublicKeyInfo())}";
        return new StringBuilder().Append('"').Append(text, 0, 200).Append("\" \"").Append(text, 200, text.Length - 200).Append('"').ToString();
    }
}
