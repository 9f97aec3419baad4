namespace FilterHost.Observation;

/// <summary>What may differ.</summary>
internal enum DifferenceKind
{
    /// <summary>The result of a method of authentication.</summary>
    Result,

    /// <summary>A signature that only one of the two made.</summary>
    Signature,

    /// <summary>A tag of a signature that both made.</summary>
    SignatureTag,

    /// <summary>The message would have been refused, held or dropped.</summary>
    Verdict,

    /// <summary>A recipient would have been refused.</summary>
    Recipient,

    /// <summary>One takes the message for mail of this host's users, the other does not.</summary>
    Origin,

    /// <summary>The field of the daemon in front cannot be read.</summary>
    Field,
}
