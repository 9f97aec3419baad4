using System.Text;
using FilterHost.Checks;
using FilterHost.Hosting.Configuration;
using FilterHost.Hosting.Server;

namespace FilterHost.Import;

/// <summary>Copies of key files that only the host's user can read; the originals stay as they are.</summary>
internal sealed class KeyCopies(string folder, UnixUser? user, ProblemList problems)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _folder = Path.GetFullPath(folder);
    private readonly HashSet<string> _copied = new(StringComparer.Ordinal);

    /// <summary>Copies a key and gives the copy's path, which is that of the original below the folder; the original's where it cannot be copied.</summary>
    public string Copy(string path, SettingLocation location)
    {
        var copy = Path.Join(_folder, path);
        if (_copied.Contains(copy))
            return copy;
        try
        {
            Write(copy, File.ReadAllBytes(path));
            _copied.Add(copy);
            return copy;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            problems.Error($"cannot copy {path} to {copy}: {(File.Exists(copy) ? "there is another file of that name" : FileText.Reason(exception))}", location);
            return path;
        }
    }

    /// <summary>Copies a KeyTable with the paths of the copies in it, and gives its path.</summary>
    public string? CopyTable(DataSet table, string start)
    {
        var text = new StringBuilder();
        foreach (var row in table.Read(problems) ?? [])
            text.Append(row.Key).Append(' ').Append(Rewrite(row, start)).Append('\n');
        var copy = Path.Join(_folder, "KeyTable");
        try
        {
            Write(copy, Encoding.UTF8.GetBytes(text.ToString()));
            return copy;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            problems.Error($"cannot write {copy}: {(File.Exists(copy) ? "there is another file of that name" : FileText.Reason(exception))}", table.Location);
            return null;
        }
    }

    /// <summary>The value of a row, with the copy in place of the key.</summary>
    public string Rewrite(DataSetRow row, string start)
    {
        if (KeyRow.Parse(row) is not { } key)
            return row.Value;
        if (key.FilePath(start) is { } path)
            return key.With(Copy(path, row.Location));
        if (key.IsPattern)
            problems.Warning($"the keys of {key.Key} are not copied, since the author's domain is part of the path", row.Location);
        return row.Value;
    }

    private void Write(string path, byte[] content)
    {
        CreateFolder(Path.GetDirectoryName(path)!);
        // What an earlier import copied is the same still.
        if (File.Exists(path) && content.AsSpan().SequenceEqual(File.ReadAllBytes(path)))
            return;
        using (var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly }))
            file.Write(content);
        GiveAway(path);
    }

    private void CreateFolder(string path)
    {
        if (Directory.Exists(path))
            return;
        CreateFolder(Path.GetDirectoryName(path)!);
        Directory.CreateDirectory(path, OwnerOnly | UnixFileMode.UserExecute);
        GiveAway(path);
    }

    private void GiveAway(string path)
    {
        if (Environment.IsPrivilegedProcess && user is not null && UnixAccounts.ChangeOwner(path, user.Id, user.Groups[0]) is { } failure)
            problems.Warning($"cannot give {path} to {user.Name}: {failure}");
    }
}
