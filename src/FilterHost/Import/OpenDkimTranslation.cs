using System.Globalization;
using FilterHost.Hosting.Configuration;
using FilterHost.MailAuth.Dkim;

namespace FilterHost.Import;

/// <summary>Settings that do what an opendkim.conf says. Where OpenDKIM's defaults are not ours, they are written out.</summary>
internal sealed class OpenDkimTranslation(DaemonConfiguration configuration, SettingsDraft draft, ProblemList problems)
{
    /// <summary>True if it signs.</summary>
    public bool Signs { get; } = (configuration.Text("Mode") ?? "sv").Contains('s', StringComparison.Ordinal) && OpenDkimKeys.AreNamed(configuration);

    /// <summary>True if it verifies.</summary>
    public bool Verifies { get; } = (configuration.Text("Mode") ?? "sv").Contains('v', StringComparison.Ordinal);

    /// <summary>Writes all but what a draft shares with OpenDMARC.</summary>
    public void Run()
    {
        if (configuration.Text("Mode") is { } mode && mode.AsSpan().ContainsAnyExcept("sv"))
            problems.Error($"'{mode}' is no mode: s, v or sv", configuration.Locate("Mode"));
        CheckSigning();
        Host();
        if (Verifies)
            Verify();
        if (Signs && new OpenDkimKeys(configuration, draft, problems).Write())
            Sign();
        draft.Listener.Set("filters", Filters().ToArray());
        if (configuration.Flag("KeepAuthResults"))
            draft.Listener.Set("clean_results", false);
    }

    /// <summary>The filters of the listener, in order.</summary>
    public IEnumerable<string> Filters()
    {
        if (draft.HasTable("[filter.verify]"))
            yield return "verify";
        if (draft.HasTable("[filter.sign]"))
            yield return "sign";
    }

    // OpenDKIM refuses these in every mode.
    private void CheckSigning()
    {
        if (CanonicalizationParts() is var parts && (parts.Length > 2 || parts.Any(part => part is not ("simple" or "relaxed"))))
            problems.Error($"'{string.Join('/', parts)}' is no canonicalization: simple, relaxed, or both with / between", configuration.Locate("Canonicalization"));
        if (configuration.Text("SigningTable") is not null && configuration.Text("KeyTable") is null)
            problems.Error("SigningTable requires KeyTable", configuration.Locate("SigningTable"));
    }

    private void Host()
    {
        if (CommonTranslation.AuthservId(configuration) is { } id)
            draft.Host.Set("authserv_id", id);
        AlsoOurs();
        // Ours is the whole of 127.0.0.0/8; OpenDKIM's is what its manual calls 127.0.0.1.
        draft.Host.Set("internal", DataSet.Of(configuration, "InternalHosts", problems) is { } hosts ? ImportedHosts.Of(hosts, draft, problems) ?? [] : ["127.0.0.1", "::1"]);
        if (DataSet.Of(configuration, "PeerList", problems) is { } peers && ImportedHosts.Of(peers, draft, problems) is { Count: > 0 } list)
            draft.Host.Set("peers", list);
        if (Keys("MTA") is { Count: > 0 } daemons)
            draft.Host.Set("internal_daemons", daemons);
        if (Macros() is { Count: > 0 } macros)
            draft.Host.Set("internal_macros", macros);
        if (DataSet.Of(configuration, "ExternalIgnoreList", problems) is { Kind: not DataSetKind.Foreign } silenced)
        {
            foreach (var row in silenced.Read(problems) ?? [])
                ImportedHosts.Report(row, silenced, problems);
        }
        draft.Host.Set("reentry", Array.Empty<string>(), "OpenDKIM knows no mail that comes back: fields in our name are forged wherever they come from.");
        var header = configuration.Number("MaximumHeaders");
        if (header > 0)
            draft.Host.Set("maximum_header_size", Math.Max(header, 65536));
    }

    private void AlsoOurs()
    {
        if (Keys("RemoveARFrom") is not { Count: > 0 } names)
            return;
        draft.Host.Set("also_ours", names.Where(name => !name.StartsWith('.')).ToArray());
        foreach (var name in names.Where(name => name.StartsWith('.')))
            draft.Warn($"fields of hosts below {name} are not removed; name the hosts in also_ours", configuration.Locate("RemoveARFrom"));
    }

    private List<string> Macros()
    {
        var macros = new List<string>();
        foreach (var row in DataSet.Of(configuration, "MacroList", problems)?.Read(problems) ?? [])
        {
            // Seen with OpenDKIM 2.11.0: it puts the braces around a name itself.
            if (row.Key.StartsWith('{'))
                problems.Warning($"'{row.Key}': OpenDKIM never finds a macro whose name is written with braces", row.Location);
            else
                macros.Add($"{(row.Key.Length == 1 ? row.Key : $"{{{row.Key}}}")}{(row.Value.Length == 0 ? "" : "=")}{row.Value}");
        }
        return macros;
    }

    private void Sign()
    {
        var sign = draft.Table("[filter.sign]");
        sign.Set("plugin", "DkimSign");
        sign.Set("layout", "opendkim", "Tags, order and folding of OpenDKIM's signatures; without it they are shorter.");
        sign.Set("canonicalization", Canonicalization());
        sign.Set("sign_headers", WithFrom(Signable("SignHeaders", Names("SignHeaders", FieldNames.Signed) ?? FieldNames.Signed)));
        // RFC 6376 §5.4: From must be signed, and OpenDKIM ignores it here.
        sign.Set("omit_headers", (Names("OmitHeaders", FieldNames.Omitted) ?? FieldNames.Omitted).Where(name => !name.Equals("From", StringComparison.OrdinalIgnoreCase)).ToArray());
        sign.Set("oversign", Signable("OversignHeaders", Names("OversignHeaders", []) ?? []));
        if (configuration.Number("SignatureTTL") is > 0 and var seconds)
            sign.Set("expire_after", string.Create(CultureInfo.InvariantCulture, $"{seconds}s"));
        if (configuration.Flag("RequestReports"))
            sign.Set("request_reports", true);
        if (configuration.Flag("Diagnostics"))
            sign.Set("copy_headers", true);
        if (Names("SenderHeaders", ["From"]) is { Count: > 0 } senders)
            sign.Set("sender_headers", senders);
        if (Domains("ExemptDomains") is { Count: > 0 } exempt)
            sign.Set("exempt_domains", exempt);
        if (Recipients() is { Count: > 0 } recipients)
            sign.Set("no_sign_recipients", recipients);
        OnSigningError(sign);
    }

    // OpenDKIM signs mail with several authors for the first.
    private void OnSigningError(TomlTable sign)
    {
        var action = DaemonAction.Of(configuration, "On-SignatureError", problems);
        sign.Set("on_several_from", "accept");
        if (action is not "reject")
            draft.Remark($"On-SignatureError {action}: mail that cannot be signed for a key that is missing or broken is deferred, as OpenDKIM 2.11 does whatever is set here.");
        draft.Remark("Mail with several From fields, or authors of several domains, is not signed: OpenDKIM signs it for the first author, and each reader may show another.");
    }

    private string Canonicalization()
    {
        var parts = CanonicalizationParts();
        // Without a slash it is the header section's.
        return parts is [var header, var body] ? $"{header}/{body}" : $"{parts[0]}/simple";
    }

    private string[] CanonicalizationParts() => (configuration.Text("Canonicalization") ?? "simple/simple").ToLowerInvariant().Split('/');

    private void Verify()
    {
        var verify = draft.Table("[filter.verify]");
        verify.Set("plugin", "DkimVerify");
        Scope(verify);
        verify.Set("result_none", configuration.Flag("AlwaysAddARHeader"));
        verify.Set("maximum_signatures", Math.Clamp(configuration.Number("MaximumSignaturesToVerify"), 1, 100));
        verify.Set("clock_skew", string.Create(CultureInfo.InvariantCulture, $"{Math.Clamp(configuration.Number("ClockDrift"), 0, 86400)}s"));
        KeyBits(verify);
        verify.Set("body_length_policy", "accept");
        verify.Set("replies", "opendkim");
        if (configuration.Text("Minimum") is { } minimum)
            verify.Set("minimum_signed", minimum);
        if (Keys("MustBeSigned") is { Count: > 0 } fields)
            verify.Set("must_sign", fields);
        if (Domains("TrustSignaturesFrom") is { Count: > 0 } signers)
            verify.Set("trusted_signers", signers);
        if (Domains("ExemptDomains") is { Count: > 0 } exempt)
            verify.Set("exempt_domains", exempt);
        var bad = BadSignature();
        Actions(verify, bad);
        KeySecurity(verify, bad);
    }

    private void Scope(TomlTable verify)
    {
        verify.Set("verify", Signs ? "external" : "all");
        if (Signs)
            draft.Remark("Mail of internal clients that is not signed here is not verified; OpenDKIM verifies it.");
    }

    private void KeyBits(TomlTable verify)
    {
        var bits = configuration.Number("MinimumKeyBits");
        verify.Set("minimum_key_bits", Math.Clamp(bits, 1024, 8192));
        if (bits < 1024)
            draft.Remark($"MinimumKeyBits {bits}: RSA keys below 1024 bits are a permanent error whatever is set (RFC 8301).");
    }

    private void Actions(TomlTable verify, string bad)
    {
        verify.Set("on_none", DaemonAction.Of(configuration, "On-NoSignature", problems));
        verify.Set("on_fail", bad);
        var missing = DaemonAction.Of(configuration, "On-KeyNotFound", problems);
        verify.Set("on_key_missing", missing);
        if (bad != missing)
            verify.Set("on_revoked_key", bad);
        verify.Set("on_temperror", DaemonAction.Of(configuration, "On-DNSError", problems));
        if (bad is not "accept")
            draft.Remark($"On-BadSignature {bad}: a malformed key is a permanent error, on_permerror, which accepts.");
        var inner = DaemonAction.Of(configuration, "On-InternalError", problems);
        verify.Set("on_error", inner switch { "reject" => "reject", "accept" => "skip", _ => "tempfail" });
        if (inner is "discard" or "quarantine")
            draft.Remark($"On-InternalError {inner}: mail that a fault of our own hits is deferred.");
    }

    private string BadSignature()
    {
        var action = DaemonAction.Of(configuration, "On-BadSignature", problems);
        if (action is not "tempfail")
            return action;
        draft.Warn("mail with a bad signature is rejected: a later try finds it as bad, and must not be asked for (RFC 6376 §6.3)", configuration.Locate(configuration.Find("On-BadSignature") is null ? "On-Default" : "On-BadSignature"));
        return "reject";
    }

    private void KeySecurity(TomlTable verify, string bad)
    {
        if (KeyAction("UnprotectedKey") is "neutral" or "fail")
            verify.Set("on_unprotected_key", "accept", "The result is policy; UnprotectedKey says neutral or fail.");
        var bogus = KeyAction("BogusKey") ?? "fail";
        verify.Set("on_bogus_key", bogus is "fail" ? bad : "accept");
        if (bogus is "none")
            draft.Warn("a signature whose key is forged never passes, whatever is set", configuration.Locate("BogusKey"));
    }

    private string? KeyAction(string option)
    {
        if (configuration.Text(option) is not { } value)
            return null;
        if (value is not ("none" or "neutral" or "fail"))
            problems.Error($"'{value}' is none, neutral or fail", configuration.Locate(option));
        return value;
    }

    private string[] Signable(string option, IReadOnlyList<string> names)
    {
        foreach (var name in names)
        {
            if (DkimSigningOptions.ProblemOf(name) is { } problem)
                draft.Remark($"{option}: {name} is left out. {problem}.");
        }
        return [.. names.Where(name => DkimSigningOptions.ProblemOf(name) is null)];
    }

    private List<string> Recipients()
    {
        var recipients = new List<string>();
        foreach (var row in DataSet.Of(configuration, "DontSignMailTo", problems)?.Read(problems) ?? [])
        {
            // Seen with OpenDKIM 2.11.0: it looks up whole addresses only.
            if (PatternOf(row.Key) is { } pattern)
                recipients.Add(pattern);
            else if (row.Key.Contains('*', StringComparison.Ordinal))
                draft.Warn($"the pattern {row.Key} has no counterpart: such mail is signed", configuration.Locate("DontSignMailTo"));
            else
                problems.Warning($"'{row.Key}' is no address; OpenDKIM never matches this row", row.Location with { Key = "DontSignMailTo" });
        }
        return recipients;
    }

    // user@example.com; *@example.com, and *@*.example.com for all below it, of pattern files.
    private static string? PatternOf(string row) => row switch
    {
        ['*', '@', '*', '.', .. var domain] when !domain.Contains('*', StringComparison.Ordinal) => $".{domain}",
        ['*', '@', .. var domain] when !domain.Contains('*', StringComparison.Ordinal) => domain,
        _ when row.Contains('*', StringComparison.Ordinal) && !row.EndsWith("@*", StringComparison.Ordinal) => null,
        _ => row.Contains('@', StringComparison.Ordinal) ? row : null,
    };

    private List<string> Keys(string option) => [.. (DataSet.Of(configuration, option, problems)?.Read(problems) ?? []).Select(row => row.Key)];

    private List<string> Domains(string option) => Keys(option);

    private IReadOnlyList<string>? Names(string option, IReadOnlyList<string> usual) =>
        DataSet.Of(configuration, option, problems)?.Read(problems) is { } rows ? FieldNames.Resolve(rows, usual) : null;

    // OpenDKIM adds From by itself, since the specification wants it (RFC 6376 §5.4).
    private static string[] WithFrom(string[] names) => names.Contains("From", StringComparer.OrdinalIgnoreCase) ? names : ["From", .. names];
}
