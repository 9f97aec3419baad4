using System.Globalization;
using FilterHost.Hosting.Configuration;

namespace FilterHost.Daemon;

/// <summary>The file that holds our process id while the host runs, for service managers that find their process by it.</summary>
internal sealed class PidFile : IDisposable
{
    private const UnixFileMode ForAllToRead = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private readonly string _path;

    private PidFile(string path) => _path = path;

    /// <summary>Writes the file that the settings name; null where they name none, or where it cannot be written, which is a problem then.</summary>
    public static PidFile? Write(LoadedSettings settings, ProblemList problems)
    {
        if (settings.Host.PidFile?.FullName is not { } path)
            return null;
        var temporary = $"{path}.{OurId}";
        try
        {
            File.Delete(temporary);
            // Never through a link that somebody laid: a new file takes the place of what is there.
            using (var file = new StreamWriter(temporary, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write }))
                file.Write(OurId + "\n");
            // Whatever the umask is.
            File.SetUnixFileMode(temporary, ForAllToRead);
            File.Move(temporary, path, overwrite: true);
            return new PidFile(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            problems.Error($"{path} cannot be written: {exception.Message}", settings.Root.Locate("pid_file"));
            return null;
        }
    }

    public void Dispose()
    {
        try
        {
            // A successor may have written its own.
            if (File.ReadAllText(_path).TrimEnd() == OurId)
                File.Delete(_path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The folder is root's, and we are not root any more: service managers know how to tell a file that is left behind.
        }
    }

    private static string OurId => Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
}
