namespace FilterHost.Keys;

/// <summary>Where a key is in its life.</summary>
public enum SigningKeyState
{
    /// <summary>It signs.</summary>
    Active,

    /// <summary>It is made, and does not sign before its record is seen in DNS and it is activated.</summary>
    Pending,

    /// <summary>It signs no more. Its record has to stay in DNS while mail that it signed is under way.</summary>
    Retired,
}
