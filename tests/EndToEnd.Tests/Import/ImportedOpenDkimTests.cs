using FilterHost.EndToEnd.Tests.Harness;

namespace FilterHost.EndToEnd.Tests.Import;

/// <summary>The same messages through OpenDKIM with a configuration file, and through FilterHost with the settings imported of it: signatures tag by tag, b= too; results; replies.</summary>
public sealed class ImportedOpenDkimTests(NameServerWithKeys fixture)
{
    /// <summary>Where the answers differ, and why.</summary>
    private static readonly Difference[] Known =
    [
        new("forged results, own", "*", "FilterHost removes results that are forged in its name on every path; OpenDKIM leaves them where it signs."),
        new("outside without key", "*", "No key in DNS is a permanent error (RFC 8601 §2.7.1); OpenDKIM writes fail."),
        new("outside revoked", "*", "A revoked key is a permanent error (RFC 6376 §6.1.2, RFC 8601 §2.7.1); OpenDKIM writes fail."),
        new("outside twice", "*", "Of the two signatures one has no key, which is a permanent error; OpenDKIM writes fail."),
        new("outside malformed", "*", "Of a signature that cannot be read FilterHost writes no header.b."),
        new("two authors", "tables-bad-row", "OpenDKIM signs for the first of several authors, and defers since his key is missing; FilterHost does not sign such mail.") { IsInReply = true },
        new("two authors", "*", "OpenDKIM signs for the first of several authors; each reader may show another, so FilterHost does not sign."),
        new("no author", "reject-unsigned tempfail-unsigned", "Mail without From is unsigned mail to FilterHost; OpenDKIM calls it permerror and accepts it.") { IsInReply = true },
        new("no author", "*", "OpenDKIM calls mail without From permerror; FilterHost leaves that to DMARC, and verifies what is signed."),
        new("outside with X-Own", "must-be-signed", "A field that is not signed is a matter of policy (RFC 8601 §2.7.1); OpenDKIM writes fail."),
        new("forged results, outside", "remove-results", "RemoveARFrom takes the place of OpenDKIM's own name, whose forged results then stay; FilterHost removes these always."),
    ];

    public static TheoryData<string> Files => [.. ImportedHost.Names("opendkim")];

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Imported_settings_answer_as_OpenDKIM_does(string file)
    {
        Machine.Require("/usr/sbin/opendkim", "/usr/sbin/nsd");
        await using var host = new ImportedHost();
        await host.StartOpenDkimAsync(file, await fixture.ServerAsync());
        var unlike = await AnswerComparison.CompareAsync(host, file, await fixture.MailAsync(), Known);
        Assert.True(unlike.Count == 0, $"{string.Join("\n\n", unlike)}\n{host.Settings}\n{host.Log}");
    }
}
