using System.Buffers;

namespace FilterHost.Plugins.TableKeyStore;

/// <summary>A data set as a setting of OpenDKIM names it (opendkim(8), "DATA SETS").</summary>
/// <param name="HasPatterns">True for <c>refile:</c>.</param>
/// <param name="Path">The file; null for a list.</param>
/// <param name="List">The list; empty for a file.</param>
internal sealed record DataSet(bool HasPatterns, string? Path, string List)
{
    private const string Forms = "Write refile:PATH, file:PATH, a path, csl:NAME=VALUE,… or a list NAME=VALUE,…";
    private const string AsText = "Write its rows to a text file, one in a line, and name that with file:PATH.";

    private static readonly SearchValues<char> NoForm = SearchValues.Create("=/,@*. ");

    /// <summary>Parses the text of a setting; null, with the reason, for a form that is not read.</summary>
    public static DataSet? Parse(string text, string directory, out string? problem)
    {
        text = text.Trim();
        problem = null;
        var (form, rest) = SplitForm(text);
        if (form is "" && StartsAsPath(text) && text.EndsWith(".db", StringComparison.Ordinal))
            form = "db";
        switch (form)
        {
            case "refile" or "file" when rest.Length > 0:
                return new DataSet(form == "refile", System.IO.Path.GetFullPath(rest, directory), "");
            case "csl":
                return new DataSet(false, null, rest);
            case "" when StartsAsPath(text):
                return new DataSet(false, System.IO.Path.GetFullPath(text, directory), "");
            case "" when text.Contains('=', StringComparison.Ordinal):
                return new DataSet(false, null, text);
        }
        problem = form switch
        {
            "" => $"'{text}' names no table. {Forms}",
            "refile" or "file" => $"'{text}' names no file. {Forms}",
            "dsn" => "A data set of an SQL server (dsn:) is not read here. Use the plugin SqlKeyStore.",
            "db" => $"A Berkeley database (db:) is not read. {AsText}",
            "ldap" or "ldaps" or "ldapi" or "lua" or "memcache" or "erlang" or "mdb" or "lmdb" or "redis" or "http" or "https" or "vault" => $"A data set of the form {form}: is not read. {AsText}",
            _ => $"'{form}:' is no form of a data set. {Forms}",
        };
        return null;
    }

    // What stands before the first colon, where that can be a form: in a list an equals sign comes before any colon.
    private static (string Form, string Place) SplitForm(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && !text.AsSpan(0, colon).ContainsAny(NoForm)
            ? (text[..colon].ToLowerInvariant(), text[(colon + 1)..].Trim())
            : ("", text);
    }

    // OpenDKIM takes ./name for a list, which is never meant.
    private static bool StartsAsPath(string text) => text.StartsWith('/') || text.StartsWith("./", StringComparison.Ordinal) || text.StartsWith("../", StringComparison.Ordinal);
}
