using System.Diagnostics.CodeAnalysis;
using FilterHost.MailAuth.Addresses;
using FilterHost.MailAuth.Syntax;

namespace FilterHost.Plugins.DkimSign;

/// <summary>Who may write as whom, by a file. Letter case of logins is ignored, as Postfix does in smtpd_sender_login_maps.</summary>
internal sealed class LoginMap
{
    /// <summary>Room for some hundred thousand lines; the map stays in memory.</summary>
    public const int MaximumSize = 32 * 1024 * 1024;

    private const string Everybody = "*";

    private readonly Dictionary<string, AddressList> _logins = new(StringComparer.OrdinalIgnoreCase);

    private LoginMap()
    {
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="SettingException">It cannot be read, or a line is wrong.</exception>
    public static LoginMap Read(FileInfo file)
    {
        try
        {
            if (file.Length > MaximumSize)
                throw new SettingException("login_map", $"{file.FullName} is longer than {MaximumSize} octets");
            using var reader = file.OpenText();
            return TryParse(reader, out var map, out var problem) ? map : throw new SettingException("login_map", $"{file.FullName}:{problem}");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new SettingException("login_map", $"{file.FullName} cannot be read: {exception.Message}");
        }
    }

    /// <summary>Reads lines; false, with line number and problem, where one is wrong.</summary>
    public static bool TryParse(TextReader lines, [NotNullWhen(true)] out LoginMap? map, out string problem)
    {
        map = new LoginMap();
        problem = "";
        for (var number = 1; lines.ReadLine() is { } line; number++)
        {
            var comment = line.IndexOf('#', StringComparison.Ordinal);
            var text = (comment < 0 ? line : line[..comment]).Trim();
            if (text.Length == 0 || map.Add(text) is not { } wrong)
                continue;
            problem = $"{number}: {wrong}";
            map = null;
            return false;
        }
        return true;
    }

    /// <summary>True where a login may write as an author.</summary>
    /// <param name="login">The login, or the mechanism where the MTA names no login; null where it names neither.</param>
    /// <param name="author">The author.</param>
    public bool Allows(string? login, AuthorMailbox author)
    {
        if (login is not null && login != Everybody && _logins.TryGetValue(login, out var own))
            return own.Has(author.LocalPart, author.Domain);
        if (_logins.TryGetValue(Everybody, out var all))
            return all.Has(author.LocalPart, author.Domain);
        return login is not null && IsOf(login, author);
    }

    private static bool IsOf(string login, AuthorMailbox author)
    {
        var at = login.LastIndexOf('@');
        return at > 0 && login.AsSpan(0, at).Equals(author.LocalPart, StringComparison.OrdinalIgnoreCase)
            && DomainName.TryParse(login.AsSpan(at + 1), out var domain) && domain.Equals(author.Domain);
    }

    private string? Add(string line)
    {
        var end = line.AsSpan().IndexOfAny(' ', '\t');
        if (end < 0)
            return $"'{line}' has a login and nobody that it may write as: write \"{line} user@example.com\"";
        var login = line[..end];
        if (!_logins.TryGetValue(login, out var addresses))
            _logins.Add(login, addresses = new AddressList());
        foreach (var entry in line[end..].Split(',', StringSplitOptions.TrimEntries))
        {
            if (!addresses.TryAdd(entry))
                return $"'{entry}' is neither an address nor a domain: write user@example.com, @example.com, .example.com or *";
        }
        return null;
    }
}
