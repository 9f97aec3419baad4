using System.Security.Cryptography;
using System.Text;
using FilterHost.MailAuth.Dkim;
using FilterHost.Tests;
using NSec.Cryptography;

namespace FilterHost.MailAuth.Tests.Dkim;

/// <summary>RFC 6376 appendix A.2 and RFC 8463 appendix A.3, verbatim.</summary>
public sealed class RfcExamples
{
    private const string BrisbaneRsa =
        "v=DKIM1; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDwIRP/UC3SBsEmGqZ9ZJW3/DkMoGeLnQg1fWn7/zYtIxN2SnFCjxOCKG9v3b4jYfcTNh5ijSsq631uBItLa7od+v/RtdC2UzJ1lWT947qR+Rcac2gbto/NMqJ0fzfVjH4OuKhitdY9tf6mcwGjaNBcWToIMmPSPDdQPNUYckcQ2QIDAQAB";

    private const string TestRsa =
        "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB";

    private const string BrisbaneEd25519 = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

    // RFC 8463 appendix A.1: the secret keys of that record and of TestRsa.
    private const string BrisbaneEd25519Secret = "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=";

    private const string TestRsaSecret =
        "MIICXQIBAAKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQi" +
        "Y/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqM" +
        "KrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB" +
        "AoGAH0cxOhFZDgzXWhDhnAJDw5s4roOXN4OhjiXa8W7Y3rhX3FJqmJSPuC8N9vQm" +
        "6SVbaLAE4SG5mLMueHlh4KXffEpuLEiNp9Ss3O4YfLiQpbRqE7Tm5SxKjvvQoZZe" +
        "zHorimOaChRL2it47iuWxzxSiRMv4c+j70GiWdxXnxe4UoECQQDzJB/0U58W7RZy" +
        "6enGVj2kWF732CoWFZWzi1FicudrBFoy63QwcowpoCazKtvZGMNlPWnC7x/6o8Gc" +
        "uSe0ga2xAkEA8C7PipPm1/1fTRQvj1o/dDmZp243044ZNyxjg+/OPN0oWCbXIGxy" +
        "WvmZbXriOWoSALJTjExEgraHEgnXssuk7QJBALl5ICsYMu6hMxO73gnfNayNgPxd" +
        "WFV6Z7ULnKyV7HSVYF0hgYOHjeYe9gaMtiJYoo0zGN+L3AAtNP9huqkWlzECQE1a" +
        "licIeVlo1e+qJ6Mgqr0Q7Aa7falZ448ccbSFYEPD6oFxiOl9Y9se9iYHZKKfIcst" +
        "o7DUw1/hz2Ck4N5JrgUCQQCyKveNvjzkkd8HjYs0SwM0fPjK16//5qDZ2UiDGnOe" +
        "uEzxBDAr518Z8VFbR41in3W4Y3yCDgQlLlcETrS+zYcL";

    private const string Rfc6376A2 =
        "DKIM-Signature: v=1; a=rsa-sha256; s=brisbane; d=example.com;\r\n" +
        "      c=simple/simple; q=dns/txt; i=joe@football.example.com;\r\n" +
        "      h=Received : From : To : Subject : Date : Message-ID;\r\n" +
        "      bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n" +
        "      b=AuUoFEfDxTDkHlLXSZEpZj79LICEps6eda7W3deTVFOk4yAUoqOB\r\n" +
        "      4nujc7YopdG5dWLSdNg6xNAZpOPr+kHxt1IrE+NahM6L/LbvaHut\r\n" +
        "      KVdkLLkpVaVVQPzeRDI009SO2Il5Lu7rDNH6mZckBdrIx0orEtZV\r\n" +
        "      4bmp/YzhwvcubU4=;\r\n" +
        "Received: from client1.football.example.com  [192.0.2.1]\r\n" +
        "      by submitserver.example.com with SUBMISSION;\r\n" +
        "      Fri, 11 Jul 2003 21:01:54 -0700 (PDT)\r\n" +
        "From: Joe SixPack <joe@football.example.com>\r\n" +
        "To: Suzie Q <suzie@shopping.example.net>\r\n" +
        "Subject: Is dinner ready?\r\n" +
        "Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\n" +
        "Message-ID: <20030712040037.46341.5F8J@football.example.com>\r\n" +
        "\r\n" +
        "Hi.\r\n\r\nWe lost the game. Are you hungry yet?\r\n\r\nJoe.\r\n";

    private const string Rfc8463A3 =
        "DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n" +
        " d=football.example.com; i=@football.example.com;\r\n" +
        " q=dns/txt; s=brisbane; t=1528637909; h=from : to :\r\n" +
        " subject : date : message-id : from : subject : date;\r\n" +
        " bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n" +
        " b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus\r\n" +
        " Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==\r\n" +
        "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;\r\n" +
        " d=football.example.com; i=@football.example.com;\r\n" +
        " q=dns/txt; s=test; t=1528637909; h=from : to : subject :\r\n" +
        " date : message-id : from : subject : date;\r\n" +
        " bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n" +
        " b=F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3\r\n" +
        " DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz\r\n" +
        " dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=\r\n" +
        "From: Joe SixPack <joe@football.example.com>\r\n" +
        "To: Suzie Q <suzie@shopping.example.net>\r\n" +
        "Subject: Is dinner ready?\r\n" +
        "Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\n" +
        "Message-ID: <20030712040037.46341.5F8J@football.example.com>\r\n" +
        "\r\n" +
        "Hi.\r\n\r\nWe lost the game.  Are you hungry yet?\r\n\r\nJoe.\r\n";

    private static ZoneOfTexts Zone => new ZoneOfTexts()
        .Add("brisbane._domainkey.example.com", BrisbaneRsa)
        .Add("test._domainkey.football.example.com", TestRsa)
        .Add("brisbane._domainkey.football.example.com", BrisbaneEd25519);

    [Fact]
    public async Task The_example_of_RFC_6376_verifies()
    {
        var result = Assert.Single(await Signing.VerifyAsync(RawMessage.Parse(Rfc6376A2), Zone));
        Assert.Equal((DkimOutcome.Pass, null), (result.Outcome, result.Reason));
        Assert.Equal("joe@football.example.com", result.UserIdentifier);
        Assert.Equal("AuUoFEfD", result.SignaturePrefix);
    }

    [Fact]
    public async Task Both_signatures_of_RFC_8463_verify()
    {
        var results = await Signing.VerifyAsync(RawMessage.Parse(Rfc8463A3), Zone);
        Assert.Equal([(DkimOutcome.Pass, null), (DkimOutcome.Pass, null)], results.Select(static result => (result.Outcome, result.Reason)));
        Assert.Equal([256, 1024], results.Select(static result => result.KeyBits!.Value));
    }

    [Fact]
    public void The_Ed25519_signature_of_RFC_8463_comes_again_from_its_secret_key()
    {
        using var key = Key.Import(SignatureAlgorithm.Ed25519, Convert.FromBase64String(BrisbaneEd25519Secret), KeyBlobFormat.RawPrivateKey);
        Assert.EndsWith($"p={Convert.ToBase64String(key.PublicKey.Export(KeyBlobFormat.RawPublicKey))}", BrisbaneEd25519, StringComparison.Ordinal);
        var (digest, signature) = Rfc8463Signature(0);
        Assert.Equal(signature, Convert.ToBase64String(SignatureAlgorithm.Ed25519.Sign(key, digest)));
    }

    [Fact]
    public void The_RSA_signature_of_RFC_8463_comes_again_from_its_secret_key()
    {
        using var key = RSA.Create();
        key.ImportRSAPrivateKey(Convert.FromBase64String(TestRsaSecret), out _);
        Assert.EndsWith($"p={Convert.ToBase64String(key.ExportSubjectPublicKeyInfo())}", TestRsa, StringComparison.Ordinal);
        var (digest, signature) = Rfc8463Signature(1);
        Assert.Equal(signature, Convert.ToBase64String(key.SignHash(digest, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)));
    }

    [Fact]
    public async Task The_simple_variant_of_the_corpus_verifies()
    {
        var file = Path.Combine(ConformanceData.Folder("dkim/rfc"), "rfc6376.signed.msg");
        var results = await Signing.VerifyAsync(RawMessage.Parse(Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken))), Zone);
        Assert.Equal([(DkimOutcome.Pass, null), (DkimOutcome.Pass, null)], results.Select(static result => (result.Outcome, result.Reason)));
    }

    /// <summary>The hash that a signature of the example signs, and its b=, which comes last.</summary>
    private static (byte[] Digest, string Signature) Rfc8463Signature(int index)
    {
        var header = RawMessage.Parse(Rfc8463A3).Header;
        var body = Encoding.ASCII.GetString(header[index].Body.Span);
        var end = body.LastIndexOf(" b=", StringComparison.Ordinal) + 3;
        var digest = Signing.DigestOf(header, DkimSignature.Parse(header[index], 1000), Encoding.ASCII.GetBytes(body[..end]));
        return (digest, body[end..].Replace("\r\n ", "", StringComparison.Ordinal));
    }
}
