using FilterHost.Keys;

namespace FilterHost.Plugins.SqlKeyStore;

/// <summary>A row of the table <c>signing_keys</c>; the last value is the time since when it is in its state, as text that sorts, or empty where the table does not say.</summary>
internal sealed record KeyRow(string SigningDomain, string Selector, string Algorithm, string PrivateKey, SigningKeyState State, string Since)
{
    /// <summary>The column for the last value, as SQL.</summary>
    public const string SinceColumn = "CASE state WHEN 'active' THEN coalesce(activated, created) WHEN 'pending' THEN created ELSE retired END";

    /// <summary>How the tables write an algorithm: as <c>a=</c> does.</summary>
    public static string TextOf(SigningAlgorithm algorithm) => algorithm == SigningAlgorithm.Ed25519Sha256 ? "ed25519-sha256" : "rsa-sha256";

    /// <summary>How the tables write a state.</summary>
    public static string TextOf(SigningKeyState state) => state switch
    {
        SigningKeyState.Active => "active",
        SigningKeyState.Pending => "pending",
        SigningKeyState.Retired => "retired",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "unknown state"),
    };

    /// <summary>The tables hold no other text.</summary>
    public static SigningKeyState StateOf(string text) => text switch
    {
        "active" => SigningKeyState.Active,
        "pending" => SigningKeyState.Pending,
        _ => SigningKeyState.Retired,
    };

    /// <summary>The column that says when a key came to a state.</summary>
    public static string ColumnOf(SigningKeyState state) => state == SigningKeyState.Active ? "activated" : "retired";

    /// <summary>Without the private key.</summary>
    public override string ToString() => $"{SigningDomain}/{Selector} {Algorithm} {State}";
}
