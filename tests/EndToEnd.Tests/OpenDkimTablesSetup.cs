namespace FilterHost.EndToEnd.Tests;

/// <summary>The set-up for several domains of OpenDKIM's page in the ArchWiki: its KeyTable and SigningTable as they are, two domains, one key. TrustedHosts is what <c>internal</c> is by default.</summary>
public sealed class OpenDkimTablesSetup : MailSetup
{
    protected override (string Filters, string Tables) Filters => ("\"verify\", \"by_tables\"", $"""
        key_store = "keys"
        [service.tables]
        plugin = "TableKeyStore"
        signing_table = "refile:{Folder}/opendkim/SigningTable"
        key_table = "refile:{Folder}/opendkim/KeyTable"
        [filter.by_tables]
        plugin = "DkimSign"
        key_store = "tables"
        canonicalization = "relaxed/simple"
        """);

    protected override async ValueTask PrepareAsync()
    {
        var folder = Directory.CreateDirectory(Path.Combine(Folder, "opendkim")).FullName;
        File.Copy(RsaKey, Path.Combine(folder, "myselector.private"));
        await File.WriteAllTextAsync(Path.Combine(folder, "KeyTable"), $"""
            myselector._domainkey.example1.com example1.com:myselector:{folder}/myselector.private
            myselector._domainkey.example2.com example2.com:myselector:{folder}/myselector.private
            myselector._domainkey.example3.com example3.com:myselector:{folder}/missing.private

            """);
        await File.WriteAllTextAsync(Path.Combine(folder, "SigningTable"), """
            *@example1.com myselector._domainkey.example1.com
            *@example2.com myselector._domainkey.example2.com
            *@example3.com myselector._domainkey.example3.com

            """);
        foreach (var domain in new[] { "example1.com", "example2.com" })
            Records[$"myselector._domainkey.{domain}"] = Records["rsa._domainkey.example.com"];
    }
}
