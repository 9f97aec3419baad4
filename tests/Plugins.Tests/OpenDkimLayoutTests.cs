using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using FilterHost.EndToEnd.Tests.Harness;
using FilterHost.Keys;
using FilterHost.Plugins.DkimSign;
using FilterHost.Plugins.DkimVerify;
using FilterHost.Testing;

namespace FilterHost.Plugins.Tests;

/// <summary>
/// Signs generated messages with OpenDKIM 2.11 and with us, at the time that OpenDKIM took, by the same settings in both languages. With <c>layout = "opendkim"</c> the fields are equal to the octet;
/// where the header section is canonicalized simply, an equal b= needs equal octets of all other tags and of all signed fields.
/// Two kinds of OpenDKIM's signatures verify nowhere, not even with OpenDKIM. There b= alone differs, and ours verifies: Ed25519 over a simple header section, and a field that the message has
/// and that is oversigned without being signed, of which its manual warns ("likely to generate invalid signatures").
/// </summary>
public sealed class OpenDkimLayoutTests
{
    private const int MessagesEach = 7;

    private int _invalid;

    private const string DefaultSigned =
        "\"Reply-To\", \"Subject\", \"Date\", \"To\", \"Cc\", \"Resent-*\", \"In-Reply-To\", \"References\", \"List-Id\", \"List-Help\", \"List-Unsubscribe\", \"List-Subscribe\", \"List-Post\", \"List-Owner\", \"List-Archive\"";

    private static readonly string[] Canonicalizations = ["simple/simple", "relaxed/simple", "simple/relaxed", "relaxed/relaxed"];

    /// <summary>Lines of opendkim.conf, and the same in our settings, the signed fields apart.</summary>
    private static readonly (string Theirs, string Ours)[] Variants =
    [
        ("", ""),
        ("SignatureTTL 3600", "expire_after = \"1h\""),
        ("RequestReports yes", "request_reports = true"),
        ("Diagnostics yes", "copy_headers = true"),
        ("SignatureTTL 600\nRequestReports yes\nDiagnostics yes", "expire_after = \"10m\"\nrequest_reports = true\ncopy_headers = true"),
        ("OversignHeaders From,Subject,x-new", "oversign = [\"From\", \"Subject\", \"x-new\"]"),
        ("OversignHeaders Date,From,To,Cc,Reply-To,Message-ID,MIME-Version,Content-Type,Content-Transfer-Encoding\nDiagnostics yes",
            "oversign = [\"Date\", \"From\", \"To\", \"Cc\", \"Reply-To\", \"Message-ID\", \"MIME-Version\", \"Content-Type\", \"Content-Transfer-Encoding\"]\ncopy_headers = true"),
    ];

    private static readonly (string Theirs, string Ours)[] FieldVariants =
    [
        ("", $"sign_headers = [{DefaultSigned}]\nomit_headers = [\"Comments\", \"Keywords\"]"),
        ("SignHeaders *,+X-*,-Subject", $"sign_headers = [{DefaultSigned}, \"X-*\"]\nomit_headers = [\"Subject\", \"Comments\", \"Keywords\"]"),
        ("SignHeaders subject,*-Type,X-*-Long", "sign_headers = [\"subject\", \"*-Type\", \"X-*-Long\"]"),
        ("OmitHeaders *,+To,+List-*,-Comments\nSignHeaders *,+Comments,+Keywords", $"sign_headers = [{DefaultSigned}, \"Comments\", \"Keywords\"]\nomit_headers = [\"To\", \"List-*\", \"Keywords\"]"),
    ];

    public static TheoryData<int> Configurations => [.. Enumerable.Range(0, 28)];

    [Theory]
    [MemberData(nameof(Configurations))]
    public async Task The_signature_field_is_equal_to_the_octet(int configuration)
    {
        Machine.Require("/usr/sbin/opendkim");
        var random = new Random(configuration);
        var key = KeyFor(configuration, random);
        var (theirs, ours) = Variants[configuration % Variants.Length];
        var (theirFields, ourFields) = FieldVariants[configuration / 2 % FieldVariants.Length];
        var canonicalization = Canonicalizations[configuration % Canonicalizations.Length];
        var files = Directory.CreateTempSubdirectory("fhkt");
        try
        {
            await using var opendkim = await OpenDkimProcess.StartAsync($"Mode s\nCanonicalization {canonicalization}\n{Tables(files, key)}\n{theirs}\n{theirFields}");
            var signing = FilterTest.For<DkimSignPlugin>($"layout = \"opendkim\"\ncanonicalization = \"{canonicalization}\"\n{ourFields}\n{(ours.Contains("oversign", StringComparison.Ordinal) ? ours : $"oversign = []\n{ours}")}")
                .WithService<ISigningKeyStore>(new DkimSignKeys { Answer = new SigningKeys.Found([key]) }).Client("127.0.0.1");
            for (var i = 0; i < MessagesEach; i++)
            {
                var message = Message(random);
                var expected = Assert.Single(OpenDkimMilter.Inserted(await OpenDkimMilter.SendAsync(opendkim, message), "DKIM-Signature"));
                var run = await signing.At(TimeOf(expected)).WithMessage(message).RunAsync();
                var actual = Encoding.Latin1.GetString(run.Fields.First("DKIM-Signature")!.Body.Span);
                var isInvalid = !await VerifiesAsync(key, expected, message);
                var isKnownDefect = (key.Algorithm is SigningAlgorithm.Ed25519Sha256 && canonicalization.StartsWith("simple", StringComparison.Ordinal)) || theirs.Contains("Oversign", StringComparison.Ordinal);
                Assert.True(isKnownDefect || !isInvalid, "a defect of OpenDKIM that is not known");
                Assert.True(await VerifiesAsync(key, actual, message));
                Assert.Equal(isInvalid ? WithoutSignature(expected) : expected, isInvalid ? WithoutSignature(actual) : actual);
                _invalid += isInvalid ? 1 : 0;
            }
            Assert.True(_invalid < MessagesEach || key.Algorithm is SigningAlgorithm.Ed25519Sha256, "too little was compared");
        }
        finally
        {
            files.Delete(recursive: true);
        }
    }

    private static string WithoutSignature(string field) => field[..(field.LastIndexOf("\tb=", StringComparison.Ordinal) + 3)];

    private static async Task<bool> VerifiesAsync(SigningKey key, string signature, byte[] message)
    {
        var run = await FilterTest.For<DkimVerifyPlugin>()
            .WithZone($"{key.Selector}._domainkey.{key.SigningDomain}. TXT {DkimSignKeys.RecordOf(key)}").At(TimeOf(signature))
            .WithMessage((byte[])[.. Encoding.Latin1.GetBytes($"DKIM-Signature:{signature}\r\n"), .. message]).RunAsync();
        return run.Results[0].Word == "pass";
    }

    private static DateTimeOffset TimeOf(string signature) =>
        DateTimeOffset.FromUnixTimeSeconds(long.Parse(Regex.Match(signature, @"\bt=(\d+);").Groups[1].Value, CultureInfo.InvariantCulture));

    // Names of all lengths, so that each tag comes to stand at each side of the margin.
    private static SigningKey KeyFor(int configuration, Random random)
    {
        var key = configuration % 5 == 4 ? DkimSignKeys.Ed25519 : DkimSignKeys.Rsa;
        var selector = new string('s', 1 + random.Next(50));
        var domain = configuration % 3 == 2 ? $"{new string('d', 1 + random.Next(40))}.example.com" : "example.com";
        return key with
        {
            SigningDomain = DomainName.Parse(domain),
            Selector = random.Next(2) == 0 ? selector : $"{selector}.{new string('t', 1 + random.Next(30))}",
            UserIdentifier = configuration % 4 == 3 ? $"{new string('u', 1 + random.Next(30))}@{domain}" : null,
        };
    }

    private static string Tables(DirectoryInfo files, SigningKey key)
    {
        string Write(string name, string text)
        {
            var path = Path.Combine(files.FullName, name);
            File.WriteAllText(path, text);
            return path;
        }

        var pem = Write("key", key.Algorithm is SigningAlgorithm.RsaSha256 ? DkimSignKeys.RsaPrivate.ExportRSAPrivateKeyPem() : DkimSignKeys.Ed25519Pem);
        var table = Write("table", $"key {key.SigningDomain}:{key.Selector}:{pem}\n");
        var signing = Write("signing", $"*@example.com key{(key.UserIdentifier is null ? "" : $":{key.UserIdentifier}")}\n");
        return $"KeyTable {table}\nSigningTable refile:{signing}\nSignatureAlgorithm {(key.Algorithm is SigningAlgorithm.RsaSha256 ? "rsa-sha256" : "ed25519-sha256")}";
    }

    private static byte[] Message(Random random)
    {
        string[] names =
        [
            "Received", "Return-Path", "To", "TO", "cc", "Subject", "SUBJECT", "Date", "Message-ID", "Reply-To", "Comments", "Keywords", "MIME-Version", "Content-Type", "X-Mailer", "x-a", "X-Very-Very-Long-Name-Of-A-Field-Indeed-Long",
            "List-Id", "List-Unsubscribe", "List-Post", "In-Reply-To", "References", "Resent-To", "Resent-From", "Authentication-Results", "X-Foo-Bar",
        ];
        string[] values =
        [
            " x", "x", "", "  two  words ", "\tbehind a tab", " folded\r\n\tvalue", " folded\r\n  again\r\n \tand again  ", " a=b; c|d \"q\" <e@f.example>", " \u00c3\u00a4\u00c3\u00b6 \u00ff", " a:b:c", $" {new string('l', 200)}",
            " =?utf-8?q?=C3=A4?= !#$%&'()*+,-./:<>?@[\\]^_`{}~",
        ];
        string[] bodies = ["", "x\r\n", "\r\n\r\n", "a  b \t\r\n\r\nc\r\n\r\n\r\n", "..\r\n.\r\n \r\n", "\u00e4\r\n"];
        var fields = Enumerable.Range(0, random.Next(25)).Select(_ => $"{names[random.Next(names.Length)]}:{values[random.Next(values.Length)]}\r\n").ToList();
        fields.Insert(random.Next(fields.Count + 1), $"{(random.Next(4) == 0 ? "FROM" : "From")}: =?utf-8?q?x?= <a@example.com>\r\n");
        return Encoding.Latin1.GetBytes($"{string.Concat(fields)}\r\n{bodies[random.Next(bodies.Length)]}");
    }
}
