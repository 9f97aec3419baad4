using System.Text.RegularExpressions;

namespace FilterHost.Tests;

public sealed partial class FilterSignTests
{
    private const string Python = "/usr/bin/python3";
    private const string Mail = "From: Ann <a@example.com>\r\nTo: b@example.org\r\nDate: Mon, 1 Jan 2024 10:00:00 +0000\r\nMessage-ID: <x@example.com>\r\nSubject:  two\r\n  lines\r\n\r\nbody  \r\nmore\r\n\r\n\r\n";

    private static readonly string[] Key = ["-d", "example.com", "-s", "s", "-k", "out/s.private"];

    [Theory]
    [InlineData("relaxed/relaxed")]
    [InlineData("simple/simple")]
    [InlineData("relaxed/simple")]
    [InlineData("simple")]
    public async Task The_message_comes_out_as_it_went_in_below_a_signature_that_verifies(string canonicalization)
    {
        using var place = await WithKeyAsync();
        foreach (var mail in new[] { Mail, Mail.Replace("\r", "", StringComparison.Ordinal) })
        {
            var signed = (await place.RunOnAsync(mail, ["filter", "--sign", .. Key, "--canonicalization", canonicalization])).Expect(0);
            Assert.Equal("", signed.Errors);
            Assert.EndsWith(mail, signed.Output, StringComparison.Ordinal);
            Assert.Equal(mail == Mail, signed.Output.Split('\n')[0].EndsWith('\r'));
            // Lines that end otherwise are the same mail.
            Assert.Matches("^dkim=pass header\\.d=example\\.com .*header\\.a=rsa-sha256 header\\.s=s .*\n$", (await VerifyAsync(place, signed.Output)).Expect(0).Output);
            Assert.Matches("^dkim=pass ", (await VerifyAsync(place, signed.Output.Replace("\r", "", StringComparison.Ordinal))).Expect(0).Output);
            (await VerifyAsync(place, signed.Output.Replace("more", "less", StringComparison.Ordinal))).Expect(65);
        }
    }

    [Fact]
    public async Task The_time_that_is_named_counts()
    {
        using var place = await WithKeyAsync();
        var signed = (await place.RunOnAsync(Mail, ["filter", "--sign", .. Key, "--time", "1700000000"])).Expect(0).Output;
        Assert.Contains("t=1700000000;", signed, StringComparison.Ordinal);
        Assert.Equal(signed, (await place.RunOnAsync(Mail, ["filter", "--sign", .. Key, "--time", "2023-11-14T22:13:20Z"])).Expect(0).Output);
        (await place.RunOnAsync(signed, "filter", "--verify", "--dns", "zone", "--time", "1700000000")).Expect(0);
        Assert.Contains("from the future", (await place.RunOnAsync(signed, "filter", "--verify", "--dns", "zone", "--time", "1600000000")).Expect(65).Output, StringComparison.Ordinal);
        (await place.RunOnAsync(Mail, ["filter", "--sign", .. Key, "--time", "noon"])).Expect(64).HasProblem("'noon' is no moment");
    }

    [Fact]
    public async Task The_time_counts_for_a_message_through_a_pipeline_too()
    {
        using var place = new Workplace().With(Samples.Signer());
        place.Write("keys/example.com/s.pem", Samples.RsaPem);
        place.Write("m.eml", Samples.Message);
        Assert.Contains("t=1700000000;", (await place.RunAsync("filter", "m.eml", "--time", "1700000000")).Expect(0).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_record_that_is_made_for_the_zone_of_its_domain_says_what_it_lacks_and_is_taken_with_it()
    {
        using var place = await WithKeyAsync();
        var signed = (await place.RunOnAsync(Mail, ["filter", "--sign", .. Key])).Expect(0).Output;
        // As opendkim-genkey writes it.
        var record = File.ReadAllText(Path.Combine(place.Folder, "zone")).Replace("s._domainkey.example.com.", "s._domainkey", StringComparison.Ordinal);
        place.Write("s.txt", record);
        (await place.RunOnAsync(signed, "filter", "--verify", "--dns", "s.txt")).Expect(78).HasProblem("line 1: s._domainkey has no domain behind it; write the whole name, s._domainkey.example.com, or begin the file with $ORIGIN example.com.");
        place.Write("s.txt", $"$ORIGIN example.com.\n{record}");
        (await place.RunOnAsync(signed, "filter", "--verify", "--dns", "s.txt")).Expect(0);
    }

    [Fact]
    public async Task Of_several_files_each_has_its_line_and_the_worst_decides()
    {
        using var place = await WithKeyAsync();
        place.Write("plain", Mail);
        place.Write("signed", (await place.RunOnAsync("", ["filter", "--sign", "plain", .. Key])).Expect(0).Output);
        Assert.Equal(2, SignatureField().Count((await place.RunOnAsync("", ["filter", "--sign", "plain", "plain", .. Key])).Expect(0).Output));
        Assert.Matches("^signed: dkim=pass .*\nplain: dkim=none\n$", (await place.RunBareAsync("filter", "--verify", "--dns", "zone", "signed", "plain")).Expect(65).Output);
        using (var json = (await place.RunBareAsync("filter", "--verify", "--dns", "zone", "--json", "signed")).Expect(0).ReadJson())
            Assert.StartsWith("dkim=pass", json.RootElement.GetProperty("messages")[0].GetProperty("results")[0].GetString(), StringComparison.Ordinal);
        place.Write("zone", "s._domainkey.example.com. FAIL SERVFAIL\n");
        Assert.StartsWith("dkim=temperror", (await place.RunBareAsync("filter", "--verify", "--dns", "zone", "signed")).Expect(75).Output, StringComparison.Ordinal);
        (await place.RunBareAsync("filter", "--verify", "--dns", "zone", "signed", "plain")).Expect(65);
        (await place.RunBareAsync("filter", "--verify", "--dns", "zone", "missing")).Expect(66).HasProblem("missing");
        (await place.RunBareAsync("filter", "--verify", "--sign", "signed")).Expect(64).HasProblem("exclude");
        (await place.RunBareAsync("filter", "--sign", "plain", "-d", "example.com")).Expect(64).HasProblem("-k");
        (await place.RunOnAsync("Subject: x\n\n", ["filter", "--sign", .. Key])).Expect(65).HasProblem("no From");
        (await place.RunBareAsync("filter", "--sign", "plain", "-d", "example.com", "-s", "s", "-k", "zone")).Expect(65).HasProblem("no private key");
    }

    [Fact]
    public async Task Opendkim_testmsg_verifies_what_is_signed_here_and_sees_what_was_changed()
    {
        Programs.Require("/usr/sbin/opendkim-testmsg", "/usr/bin/unshare");
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "resolv.conf is exchanged as root only");
        using var place = await WithKeyAsync();
        await using var names = await ZoneServer.StartAsync(File.ReadAllText(Path.Combine(place.Folder, "zone")), isForEverybody: true);
        foreach (var canonicalization in new[] { "relaxed/relaxed", "simple/simple" })
        {
            var signed = (await place.RunOnAsync(Mail, ["filter", "--sign", .. Key, "--canonicalization", canonicalization])).Expect(0).Output;
            (await TestmsgAsync(names, signed)).Expect(0);
            Assert.NotEqual(0, (await TestmsgAsync(names, signed.Replace("more", "less", StringComparison.Ordinal))).Code);
        }
    }

    [Fact]
    public async Task What_opendkim_testmsg_signs_is_read_and_its_rsa_sha1_refused()
    {
        const string Testmsg = "/usr/sbin/opendkim-testmsg";
        Programs.Require(Testmsg);
        using var place = await WithKeyAsync();
        var signed = (await Programs.RunAsync(Testmsg, ["-C", .. Key], Mail, place.Folder)).Expect(0).Output;
        // RFC 8301 §3.1: rsa-sha1 "MUST NOT be used for signing or verifying".
        Assert.Matches("^dkim=(permerror|policy) .*header\\.a=rsa-sha1 .*sha1", (await VerifyAsync(place, signed)).Expect(65).Output);
    }

    [Theory]
    [InlineData("--rsa", "rsa-sha256", "relaxed/relaxed")]
    [InlineData("--rsa", "rsa-sha256", "simple/simple")]
    [InlineData("--ed25519", "ed25519-sha256", "relaxed/simple")]
    public async Task Dkimpy_verifies_what_is_signed_here_and_the_other_way_round(string option, string algorithm, string canonicalization)
    {
        Programs.Require(Python, "/usr/lib/python3/dist-packages/dkim/__init__.py", "/usr/lib/python3/dist-packages/nacl/__init__.py");
        using var place = await WithKeyAsync(option);
        var record = Regex.Match(File.ReadAllText(Path.Combine(place.Folder, "zone")), "\"(v=DKIM1.*)\"").Groups[1].Value.Replace("\" \"", "", StringComparison.Ordinal);
        var signed = (await place.RunOnAsync(Mail, ["filter", "--sign", .. Key, "--canonicalization", canonicalization])).Expect(0).Output;
        const string Verify = "import dkim,sys; print(dkim.DKIM(sys.stdin.buffer.read()).verify(dnsfunc=lambda name, timeout=5: sys.argv[1].encode()))";
        Assert.Equal("True\n", (await Programs.RunAsync(Python, ["-c", Verify, record], signed)).Expect(0).Output);
        const string Sign = """
            import dkim,sys,base64
            mail = sys.stdin.buffer.read()
            pem = open(sys.argv[1],'rb').read()
            if sys.argv[2].startswith('ed'):
                # dkimpy takes the seed, which ends the PKCS#8 key (RFC 8410 §7).
                pem = base64.b64encode(base64.b64decode(b''.join(pem.splitlines()[1:-1]))[16:48])
            header, body = sys.argv[3].split('/')
            field = dkim.sign(mail, b's', b'example.com', pem, canonicalize=(header.encode(), body.encode()), signature_algorithm=sys.argv[2].encode())
            sys.stdout.buffer.write(field + mail)
            """;
        var theirs = (await Programs.RunAsync(Python, ["-c", Sign, "out/s.private", algorithm, canonicalization], Mail, place.Folder)).Expect(0).Output;
        Assert.Matches($"^dkim=pass .*header\\.a={algorithm} ", (await VerifyAsync(place, theirs)).Expect(0).Output);
    }

    private static Task<Ended> VerifyAsync(Workplace place, string mail) => place.RunOnAsync(mail, "filter", "--verify", "--dns", "zone");

    private static Task<Ended> TestmsgAsync(ZoneServer names, string mail) =>
        Programs.RunAsync("/usr/bin/unshare", ["--mount", "/bin/sh", "-ec", $"mount --bind {names.ResolvConf} /etc/resolv.conf; exec /usr/sbin/opendkim-testmsg"], mail);

    // out/s.private, and zone with its record. No settings.
    private static async Task<Workplace> WithKeyAsync(string option = "--rsa")
    {
        var place = new Workplace();
        place.Write("zone", (await place.RunBareAsync("keys", "generate", "-D", "out", "-d", "example.com", "-s", "s", option)).Expect(0).Output);
        return place;
    }

    [GeneratedRegex("^DKIM-Signature:", RegexOptions.Multiline)]
    private static partial Regex SignatureField();
}
