namespace FilterHost.Checks;

/// <summary>A line for main.cf or, with a service, an option of it in master.cf.</summary>
/// <param name="Service">The service; null for main.cf.</param>
/// <param name="Name">The parameter.</param>
/// <param name="Value">Its value.</param>
/// <param name="Present">The value that holds now; null where that is not known.</param>
/// <param name="Why">The reason, for the administrator.</param>
internal sealed record PostfixLine(PostfixService? Service, string Name, string Value, string? Present, string Why)
{
    /// <summary>True where nothing changes.</summary>
    public bool IsRight => Value == Present;
}
