namespace FilterHost.Import;

/// <summary>What OpenDKIM calls the types of a data set, as far as FilterHost reads them.</summary>
internal enum DataSetKind
{
    /// <summary><c>file:</c>, or a path.</summary>
    File,

    /// <summary><c>refile:</c>, keys with <c>*</c> in the order of the file.</summary>
    Patterns,

    /// <summary><c>csl:</c>, or items parted by commas.</summary>
    List,

    /// <summary>LDAP, SQL, Lua and others, which stay unread.</summary>
    Foreign,
}
