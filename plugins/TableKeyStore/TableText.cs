using System.Diagnostics.CodeAnalysis;
using System.Text;
using FilterHost.MailAuth.Keys;

namespace FilterHost.Plugins.TableKeyStore;

/// <summary>The rows of a table. They stay octets until they are asked for, since tables of some 100,000 rows are in use.</summary>
internal sealed class TableText
{
    private const int MaximumOctets = 512 * 1024 * 1024;

    private readonly byte[] _octets;
    private readonly string _name;
    private readonly TableRow[] _rows;

    private readonly DateTime _written;

    private TableText(string name, byte[] octets, TableRow[] rows, DateTime written, string? permissionProblem) =>
        (_name, _octets, _rows, _written, PermissionProblem) = (name, octets, rows, written, permissionProblem);

    public int Count => _rows.Length;

    /// <summary>Why the file is no place for a private key; null for a good one and for a list.</summary>
    public string? PermissionProblem { get; }

    public string Key(int row) => Encoding.UTF8.GetString(_octets, _rows[row].KeyStart, _rows[row].KeyLength);

    public string Value(int row) => Encoding.UTF8.GetString(_octets, _rows[row].ValueStart, _rows[row].ValueLength);

    /// <summary>File and line, or setting and item.</summary>
    public string Place(int row) => $"{_name}{_rows[row].Line}";

    /// <summary>True where the file is another by now, or cannot be looked at.</summary>
    public bool IsStale(DataSet source)
    {
        try
        {
            return source.Path is { } path && (File.GetLastWriteTimeUtc(path) != _written || new FileInfo(path).Length != _octets.Length);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }

    /// <summary>Reads a table; false, with the reason, where its file cannot be read.</summary>
    public static bool TryRead(DataSet source, string setting, [NotNullWhen(true)] out TableText? text, [NotNullWhen(false)] out string? problem)
    {
        problem = null;
        if (source.Path is not { } path)
        {
            var list = Encoding.UTF8.GetBytes(source.List);
            text = new TableText($"{setting}, item ", list, TableRows.OfList(list), default, null);
            return true;
        }
        text = null;
        try
        {
            // Before it is opened: a pipe would keep us waiting for its other end.
            if (FileOwnership.Of(path) is { IsRegularFile: false })
            {
                problem = $"{path} is no file. Name the file of the table.";
                return false;
            }
            using var file = File.OpenRead(path);
            if (file.Length is var length && length > MaximumOctets)
            {
                problem = $"{path} has {length} octets, more than the {MaximumOctets} that are read. Divide the domains over two key stores.";
                return false;
            }
            var written = File.GetLastWriteTimeUtc(file.SafeFileHandle);
            var octets = new byte[length];
            file.ReadExactly(octets);
            text = new TableText($"{path}:", octets, TableRows.OfFile(octets), written, KeyFilePermissions.FindProblem(path, file.SafeFileHandle));
            return true;
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            problem = $"{path} does not exist. Make the table, or correct the path.";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            problem = KeyFilePermissions.UnreadableProblem(path, error);
        }
        return false;
    }
}
