using FilterHost.Hosting.Configuration;

namespace FilterHost.Import;

/// <summary>Settings that do what an opendmarc.conf says, alone or on the listener of an OpenDKIM.</summary>
/// <param name="configuration">OpenDMARC's.</param>
/// <param name="opendkim">OpenDKIM's, where both become one host.</param>
/// <param name="draft">The settings.</param>
/// <param name="problems">Where problems go.</param>
internal sealed class OpenDmarcTranslation(DaemonConfiguration configuration, DaemonConfiguration? opendkim, SettingsDraft draft, ProblemList problems)
{
    private static readonly string[] RefusingFrom = ["RejectMultiValueFrom", "RequiredHeaders", "RequiredFrom"];

    /// <summary>Writes all but what a draft shares with OpenDKIM.</summary>
    public void Run()
    {
        Hosts();
        Spf();
        Dmarc();
        if (opendkim is null)
            StandAlone();
        else if (configuration.Text("TrustedAuthservIDs") is not null)
            Trust(Trusted().Where(id => !id.Equals(CommonTranslation.AuthservId(opendkim), StringComparison.OrdinalIgnoreCase)));
        draft.Listener.Set("filters", Filters().ToArray());
    }

    private IEnumerable<string> Filters()
    {
        foreach (var (heading, name) in new[] { ("[filter.spf]", "spf"), ("[filter.verify]", "verify"), ("[filter.dmarc]", "dmarc"), ("[filter.sign]", "sign") })
        {
            if (draft.HasTable(heading))
                yield return name;
        }
    }

    private void Hosts()
    {
        var list = Ignored();
        if (opendkim is null)
        {
            draft.Host.Set("internal", Array.Empty<string>());
            draft.Host.Set("peers", list);
            draft.Host.Set("reentry", Array.Empty<string>(), "OpenDMARC knows no mail that comes back.");
        }
        else if (list.Where(host => host is not "127.0.0.1").ToArray() is { Length: > 0 } ignored)
        {
            draft.Table("[filter.dmarc]").Set("trusted_forwarders", ignored.Where(IsForwarder).ToArray(), "IgnoreHosts: what these clients send is accepted whatever it fails.");
            foreach (var host in ignored.Where(host => !IsForwarder(host)))
                draft.Warn($"IgnoreHosts has {host}, which is no network or domain, and is left out", configuration.Locate("IgnoreHosts"));
        }
        if (!configuration.Flag("IgnoreAuthenticatedClients"))
            draft.Remark("Mail of authenticated users is not judged; OpenDMARC judges it unless IgnoreAuthenticatedClients says no.");
    }

    private IReadOnlyList<string> Ignored()
    {
        if (configuration.Text("IgnoreHosts") is not { } path)
            return ["127.0.0.1"];
        var set = DataSet.OfFile(configuration.PathOf(path), configuration.Locate("IgnoreHosts"));
        if (opendkim is null)
            return ImportedHosts.Of(set, draft, problems) ?? [];
        return [.. (set.Read(problems) ?? []).Where(row => !ImportedHosts.Report(row, set, problems)).Select(row => row.Key)];
    }

    // The domain form of trusted_forwarders is for signers, not for clients.
    private static bool IsForwarder(string host) => System.Net.IPNetwork.TryParse(host, out _) || System.Net.IPAddress.TryParse(host, out _);

    private void Spf()
    {
        var validates = configuration.Flag("SPFSelfValidate");
        var ignores = configuration.Flag("SPFIgnoreResults");
        if (!validates && opendkim is null)
        {
            draft.Remark("SPF results are taken from Authentication-Results fields of the names in trust_results_from; OpenDMARC reads Received-SPF too, which anybody can write.");
            return;
        }
        var spf = draft.Table("[filter.spf]");
        spf.Set("plugin", "Spf");
        spf.Set("helo", false, "OpenDMARC looks at the reverse-path alone.");
        if (!validates)
            draft.Remark("SPF is evaluated here; OpenDMARC took it from fields of another program (SPFSelfValidate no), which may stay or go.");
        else if (!ignores)
            draft.Remark("SPF is always evaluated here; OpenDMARC evaluated it only where it found no result in the message (SPFIgnoreResults no).");
    }

    private void Dmarc()
    {
        var dmarc = draft.Table("[filter.dmarc]");
        dmarc.Set("plugin", "Dmarc");
        dmarc.Set("missing_results", "none", "As OpenDMARC: what was not found is no result.");
        Domains(dmarc);
        var rejects = configuration.Flag("RejectFailures");
        dmarc.Set("on_reject", rejects ? "reject" : "accept");
        dmarc.Set("on_temperror", rejects ? "tempfail" : "accept");
        dmarc.Set("on_quarantine", configuration.Flag("HoldQuarantinedMessages") ? "quarantine" : "accept");
        dmarc.Set("on_none", "accept");
        var refusesFrom = RefusingFrom.Where(configuration.Flag).ToArray();
        dmarc.Set("on_from_anomaly", refusesFrom.Length > 0 ? "reject" : "accept");
        if (refusesFrom.Contains("RequiredHeaders"))
            draft.Remark("RequiredHeaders yes: only mail without exactly one author is refused; other fields are not counted.");
        dmarc.Set("reject_text", RejectText());
        if (configuration.Text("IgnoreMailFrom") is { } ignored)
        {
            dmarc.Set("exempt_domains", Items(ignored));
            draft.Remark("IgnoreMailFrom: mail of these domains is accepted whatever it fails; its result is written all the same.");
        }
    }

    private void Domains(TomlTable dmarc)
    {
        if (configuration.Text("PublicSuffixList") is { } list)
        {
            var path = configuration.PathOf(list);
            dmarc.Set("organizational_domains", "public_suffix_list");
            dmarc.Set("public_suffix_list", path);
            draft.Files.Add(new NeededFile(path, IsKey: false, configuration.Locate("PublicSuffixList")));
        }
        else
        {
            dmarc.Set("organizational_domains", "tree_walk");
            draft.Remark("Without PublicSuffixList OpenDMARC lets sub-domains of a protected domain pass unjudged; here the domain's policy is found for them (RFC 9989).");
        }
    }

    private string RejectText()
    {
        var text = configuration.Text("RejectString") ?? "rejected by DMARC policy for %s";
        if (!text.Contains("%s", StringComparison.Ordinal))
            problems.Error("the text has to hold %s, for the author's domain", configuration.Locate("RejectString"));
        return text.Replace("%s", "{domain}", StringComparison.Ordinal);
    }

    private IReadOnlyList<string> Trusted() => configuration.Text("TrustedAuthservIDs") is { } ids
        ? [.. Items(ids).Select(CommonTranslation.HostName)]
        : CommonTranslation.AuthservId(configuration) is { } own ? [own] : [];

    private void Trust(IEnumerable<string> ids)
    {
        if (ids.Distinct(StringComparer.OrdinalIgnoreCase).ToArray() is { Length: > 0 } trusted)
            draft.Listener.Set("trust_results_from", trusted);
    }

    // A name of ours is never trusted, or anybody could write results; OpenDMARC trusts its own name by default, which is that of the OpenDKIM before it.
    private void StandAlone()
    {
        var own = CommonTranslation.AuthservId(configuration);
        var trusted = Trusted();
        if (own is not null && !trusted.Contains(own, StringComparer.OrdinalIgnoreCase))
        {
            draft.Host.Set("authserv_id", own);
            Trust(trusted);
            return;
        }
        var name = own ?? System.Net.Dns.GetHostName();
        draft.Host.Set("authserv_id", $"dmarc.{name}", "Not the name of the program before us, whose results could not be told from forged ones.");
        Trust([name, .. trusted]);
        draft.Warn($"results are written as dmarc.{name}, and those of {name} are believed: the program that writes under that name has to remove such fields that come from outside. "
            + "With `filterhost import opendkim FILE --with-opendmarc FILE` one host does both under one name", new SettingLocation(configuration.File, 1, 1, own is null ? "TrustedAuthservIDs" : "AuthservID"));
    }

    private static string[] Items(string list) => list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
