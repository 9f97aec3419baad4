namespace FilterHost.MailAuth.Tests.Syntax;

/// <summary>Bodies of fields in the form in which other programs and services write them.</summary>
internal static class AuthenticationResultsOfPeers
{
    // OpenDKIM 2.11: the comment behind the result, base64 quoted or not, one more method of its own.
    public const string OpenDkim =
        " mx.example.com;\r\n\tdkim=pass (2048-bit key; unprotected) header.d=example.com header.i=@example.com header.a=rsa-sha256 header.s=mail header.b=Ab/D+fGh;\r\n\tdkim-atps=neutral";

    public const string OpenDkimFailure =
        " mx.example.com/4XyZ12aBcD;\r\n\tdkim=fail reason=\"signature verification failed\" (1024-bit key) header.d=example.com header.i=@example.com header.b=\"Ab/D+fGh\"";

    public const string OpenDkimMalformed = " mx.example.com; dkim=permerror (bad message/signature format)";

    // OpenDMARC 1.4: one field for each method; of the null path the mailfrom is empty.
    public const string OpenDmarc = " mx.example.com; dmarc=fail (p=reject dis=none) header.from=example.com";

    public const string OpenDmarcSpf = " mx.example.com; spf=pass smtp.mailfrom=user@example.com";

    public const string OpenDmarcSpfOfNullPath = " mx.example.com/4XyZ12aBcD; spf=none smtp.mailfrom=";

    // rspamd 3: comments before or behind the properties, with quotes and colons.
    public const string Rspamd =
        " mx.example.com;\r\n\tdkim=pass header.d=example.com header.s=mail header.b=Ab/D+fGh;\r\n\tspf=pass (mx.example.com: domain of user@example.com designates 192.0.2.1 as permitted sender) smtp.mailfrom=user@example.com;"
        + "\r\n\tdmarc=fail reason=\"SPF not aligned (relaxed), No valid DKIM\" header.from=example.com (policy=quarantine);\r\n\tarc=pass (\"example.net:s=arc:i=1\")";

    // Gmail: no header.d.
    public const string Gmail =
        " mx.google.com;\r\n       dkim=pass header.i=@example.com header.s=20230601 header.b=\"Ab/D+fGh\";\r\n       arc=pass (i=1 spf=pass spfdomain=example.com dkim=pass dkdomain=example.com);"
        + "\r\n       spf=pass (google.com: domain of user@example.com designates 192.0.2.1 as permitted sender) smtp.mailfrom=user@example.com;\r\n       dmarc=pass (p=REJECT sp=QUARANTINE dis=NONE) header.from=example.com";

    // Microsoft: a version, a pair without ptype, header.d=none, no space behind semicolons, one at the end.
    public const string Microsoft =
        " mx.microsoft.com 1; spf=pass (sender ip is\r\n 192.0.2.1) smtp.rcpttodomain=example.org smtp.mailfrom=example.com;dkim=none (message not signed)\r\n header.d=none;dmarc=pass (p=none sp=none pct=100) action=none\r\n header.from=example.com;compauth=pass reason=100;";

    // Fastmail (Authentication Milter): pairs without ptype, URIs, both SPF identities, long DMARC.
    public const string Fastmail =
        " mx1.messagingengine.com;\r\n    bimi=skipped (DMARC did not pass);\r\n    dkim=pass (2048-bit rsa key sha256) header.d=example.com\r\n    header.i=@example.com header.b=Ab/D+fGh header.a=rsa-sha256\r\n    header.s=mail x-bits=2048;"
        + "\r\n    dmarc=fail policy.published-domain-policy=none\r\n    policy.applied-disposition=none (p=none,d=none,d.eval=none) policy.policy-from=p\r\n    header.from=example.com;\r\n    iprev=pass smtp.remote-ip=2001:db8::1 (mail.example.com);"
        + "\r\n    spf=pass smtp.mailfrom=user@example.com\r\n    smtp.helo=mail.example.com;\r\n    x-vmc=pass policy.authority-uri=https://example.com/vmc.pem?a=b";

    // Yahoo: a comment at once behind the result, a semicolon at the end.
    public const string Yahoo =
        " atlas.free.mail.yahoo.com;\r\n dkim=pass header.i=@example.com header.s=mail;\r\n spf=pass smtp.mailfrom=example.com;\r\n dmarc=pass(p=NONE) header.from=example.com;";

    public static IReadOnlyList<string> All => [OpenDkim, OpenDkimFailure, OpenDkimMalformed, OpenDmarc, OpenDmarcSpf, OpenDmarcSpfOfNullPath, Rspamd, Gmail, Microsoft, Fastmail, Yahoo];
}
