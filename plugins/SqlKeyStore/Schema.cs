namespace FilterHost.Plugins.SqlKeyStore;

/// <summary>The tables and how they came about. A version that was released never changes; the next one is a script behind it.</summary>
internal static class Schema
{
    /// <summary>PostgreSQL's channel for changes. A message is the domain that changed, empty for everything; nothing of a key is ever in it.</summary>
    public const string Channel = "filterhost_keys";

    // What a pattern may be is checked where it is written, since one that never matches would let mail out unsigned.
    private const string Tables = """
        CREATE TABLE signing_keys (
          signing_domain text NOT NULL CHECK (signing_domain = lower(signing_domain) AND signing_domain NOT LIKE '.%'),
          selector text NOT NULL CHECK (selector <> '' AND selector = lower(selector)),
          algorithm text NOT NULL CHECK (algorithm IN ('rsa-sha256', 'ed25519-sha256')),
          private_key text NOT NULL,
          state text NOT NULL DEFAULT 'active' CHECK (state IN ('pending', 'active', 'retired')),
          created {TIME} NOT NULL DEFAULT {NOW},
          activated {TIME},
          retired {TIME},
          note text NOT NULL DEFAULT '',
          PRIMARY KEY (signing_domain, selector));
        CREATE TABLE signers (
          pattern text NOT NULL CHECK (pattern <> '' AND pattern = lower(pattern) AND pattern NOT LIKE '@%' AND pattern NOT LIKE '%*%' AND pattern NOT LIKE '% %'),
          signing_domain text NOT NULL CHECK (signing_domain = lower(signing_domain) AND signing_domain NOT LIKE '.%'),
          selector text NOT NULL DEFAULT '',
          user_identifier text,
          domain text NOT NULL GENERATED ALWAYS AS ({DOMAIN}) STORED,
          PRIMARY KEY (pattern, signing_domain, selector));
        CREATE INDEX signers_domain ON signers (domain);
        CREATE INDEX signers_signing_domain ON signers (signing_domain);
        CREATE TABLE filterhost_schema (version integer NOT NULL);
        INSERT INTO filterhost_schema (version) VALUES (0);

        """;

    private const string Notices = """
        CREATE FUNCTION filterhost_notify() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
          name text := TG_ARGV[0];
        BEGIN
          IF TG_LEVEL = 'STATEMENT' THEN
            PERFORM pg_notify('filterhost_keys', '');
            RETURN NULL;
          END IF;
          IF TG_OP <> 'INSERT' THEN
            PERFORM pg_notify('filterhost_keys', to_jsonb(OLD) ->> name);
          END IF;
          IF TG_OP <> 'DELETE' THEN
            PERFORM pg_notify('filterhost_keys', to_jsonb(NEW) ->> name);
          END IF;
          RETURN NULL;
        END $$;
        CREATE TRIGGER filterhost_notify AFTER INSERT OR UPDATE OR DELETE ON signing_keys FOR EACH ROW EXECUTE FUNCTION filterhost_notify('signing_domain');
        CREATE TRIGGER filterhost_notify AFTER INSERT OR UPDATE OR DELETE ON signers FOR EACH ROW EXECUTE FUNCTION filterhost_notify('domain');
        CREATE TRIGGER filterhost_notify_all AFTER TRUNCATE ON signing_keys FOR EACH STATEMENT EXECUTE FUNCTION filterhost_notify();
        CREATE TRIGGER filterhost_notify_all AFTER TRUNCATE ON signers FOR EACH STATEMENT EXECUTE FUNCTION filterhost_notify();

        """;

    /// <summary>The scripts of SQLite; the first leads to version 1.</summary>
    public static IReadOnlyList<string> Sqlite { get; } =
    [
        // The domain is what is behind the last @; SQLite has no function for it.
        Tables.Replace("{TIME}", "text", StringComparison.Ordinal)
            .Replace("{NOW}", "(strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))", StringComparison.Ordinal)
            .Replace("{DOMAIN}", "substr(pattern, length(rtrim(pattern, replace(pattern, '@', ''))) + 1)", StringComparison.Ordinal),
    ];

    /// <summary>The scripts of PostgreSQL.</summary>
    public static IReadOnlyList<string> Postgresql { get; } =
    [
        Tables.Replace("{TIME}", "timestamptz", StringComparison.Ordinal)
            .Replace("{NOW}", "CURRENT_TIMESTAMP", StringComparison.Ordinal)
            .Replace("{DOMAIN}", "regexp_replace(pattern, '^.*@', '')", StringComparison.Ordinal) + Notices,
    ];

    /// <summary>The version that this program knows.</summary>
    public static int Version => Sqlite.Count;

    /// <summary>Refuses tables that a newer program made.</summary>
    public static void Check(int version, string place)
    {
        if (version > Version)
            throw new KeyDatabaseException($"{place} has tables of version {version}, and this program knows {Version}. Upgrade this program, as the one that changed them was.", isMistake: true);
    }
}
