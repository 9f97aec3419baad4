namespace FilterHost.Import;

/// <summary>A row of a KeyTable: signing domain, selector, key and perhaps the algorithm.</summary>
internal sealed record KeyRow(string Domain, string Selector, string Key, string? Algorithm)
{
    /// <summary>The row, or null if it is none.</summary>
    public static KeyRow? Parse(DataSetRow row)
    {
        var fields = row.Value.Split(':');
        return fields.Length is 3 or 4 && Array.TrueForAll(fields[..3], field => field.Trim().Length > 0) ? new KeyRow(fields[0].Trim(), fields[1].Trim(), fields[2].Trim(), fields.Length > 3 ? fields[3].Trim() : null) : null;
    }

    /// <summary>True where the author's domain is part of the path.</summary>
    public bool IsPattern => IsPath && Key.Contains('%', StringComparison.Ordinal);

    private bool IsPath => Key.StartsWith('/') || Key.StartsWith("./", StringComparison.Ordinal) || Key.StartsWith("../", StringComparison.Ordinal);

    /// <summary>The file of the key, made absolute; null for a key in the table itself, and where the author's domain is part of the path.</summary>
    public string? FilePath(string folder) => IsPath && !IsPattern ? Path.GetFullPath(Path.Combine(folder, Key)) : null;

    /// <summary>The row's value with another key.</summary>
    public string With(string key) => Algorithm is null ? $"{Domain}:{Selector}:{key}" : $"{Domain}:{Selector}:{key}:{Algorithm}";
}
