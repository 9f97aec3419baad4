using FilterHost.EndToEnd.Tests.Harness;

namespace FilterHost.EndToEnd.Tests.Import;

/// <summary>The same messages through OpenDMARC with a configuration file, and through FilterHost with the settings imported of it.</summary>
public sealed class ImportedOpenDmarcTests(NameServerWithKeys fixture)
{
    private static readonly Difference[] Known =
    [
        new("authenticated", "*", "FilterHost does not judge mail of authenticated users, as OpenDMARC with IgnoreAuthenticatedClients.") { IsInReply = true },
        new("two authors", "*", "Mail with authors of several domains fails in FilterHost, and is judged by on_from_anomaly; OpenDMARC passes it by."),
        new("reject, of a sub-domain", "hold ignore-authenticated ignore-hosts ignore-mail-from reject reject-text reports self-validate-reject", "The refusal names the author's domain; OpenDMARC names the domain of the policy.") { IsInReply = true },
        new("reject, of a sub-domain below an unlisted top level", "*", "OpenDMARC finds no organizational domain where the public suffix list does not name the top level; the list has a rule for that case, * (publicsuffix.org).") { IsInReply = true },
        new("reject, *", "ignore-mail-from", "The result is written for domains of IgnoreMailFrom too; nothing is done on it."),
        new("forged results", "ignore-mail-from", "The result is written for domains of IgnoreMailFrom too; nothing is done on it."),
        new("from the office", "ignore-mail-from", "The result is written for domains of IgnoreMailFrom too; nothing is done on it."),
    ];

    public static TheoryData<string> Files => [.. ImportedHost.Names("opendmarc")];

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Imported_settings_answer_as_OpenDMARC_does(string file)
    {
        Machine.Require("/usr/sbin/opendmarc", "/usr/sbin/nsd");
        await using var host = new ImportedHost();
        await host.StartOpenDmarcAsync(file, await fixture.ServerAsync());
        var unlike = await AnswerComparison.CompareAsync(host, file, ImportedMail.ForDmarc, Known);
        Assert.True(unlike.Count == 0, $"{string.Join("\n\n", unlike)}\n{host.Settings}\n{host.Log}");
    }
}
