namespace FilterHost.Checks;

/// <summary>The steps of a rotation, in their order.</summary>
internal enum RotationStepKind
{
    /// <summary>Pending keys were made.</summary>
    Made,

    /// <summary>DNS does not show the records of the pending keys, or not to everybody asked: nothing was changed.</summary>
    Waiting,

    /// <summary>New keys sign, and those that they follow are retired.</summary>
    Activated,

    /// <summary>The records of retired keys have to stay.</summary>
    Kept,

    /// <summary>The keys are not old enough.</summary>
    NotDue,

    /// <summary>Something is in the way that a person has to mend.</summary>
    Stuck,
}
