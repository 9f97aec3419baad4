namespace FilterHost.Plugins.SqlKeyStore;

/// <summary>Statements that both databases take as they are.</summary>
internal static class Statements
{
    public const string CountActive = "SELECT count(*) FROM signing_keys WHERE state = 'active'";

    // The first few are enough to see what is wrong.
    public const string FindUnserved = """
        SELECT pattern, signing_domain, selector, user_identifier FROM signers
        WHERE NOT EXISTS (
          SELECT 1 FROM signing_keys
          WHERE signing_keys.signing_domain = signers.signing_domain AND (signers.selector = '' OR signing_keys.selector = signers.selector) AND state <> 'retired')
        ORDER BY pattern LIMIT 20
        """;
}
