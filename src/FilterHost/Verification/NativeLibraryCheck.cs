using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace FilterHost.Verification;

/// <summary>Checks that native libraries which would be loaded here are made for this machine.</summary>
internal static class NativeLibraryCheck
{
    // The ELF header: e_machine stands behind 16 octets of identification and e_type (elf(5)).
    private const int HeaderLength = 20;

    /// <summary>Looks at every native library but those of folders for other systems (<c>runtimes/RID/native</c>).</summary>
    public static StepResult Run(PluginFiles plugin)
    {
        var libraries = plugin.Files.Where(file => IsForHere(plugin.Folder, file)).Select(file => (File: file, Architecture: ArchitectureOf(file))).Where(entry => entry.Architecture is not null).ToArray();
        var foreign = libraries.Where(entry => entry.Architecture != RuntimeInformation.ProcessArchitecture.ToString()).Select(entry => $"{entry.File.Name} is built for {entry.Architecture}").ToArray();
        return foreign.Length > 0
            ? StepResult.Failed($"the host runs on {RuntimeInformation.ProcessArchitecture}", foreign)
            : StepResult.Ok(libraries.Length == 0 ? "none" : string.Join(", ", libraries.Select(entry => entry.File.Name)));
    }

    private static bool IsForHere(DirectoryInfo folder, FileInfo file)
    {
        var path = Path.GetRelativePath(folder.FullName, file.FullName).Split('/');
        return path[0] != "runtimes" || path.Length < 3 || path[1] == RuntimeInformation.RuntimeIdentifier || path[1] == $"linux-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}";
    }

    private static string? ArchitectureOf(FileInfo file)
    {
        Span<byte> header = stackalloc byte[HeaderLength];
        try
        {
            using var stream = file.OpenRead();
            if (stream.ReadAtLeast(header, HeaderLength, throwOnEndOfStream: false) < HeaderLength || !header.StartsWith("\u007fELF"u8))
                return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
        var machine = header[5] == 2 ? BinaryPrimitives.ReadUInt16BigEndian(header[18..]) : BinaryPrimitives.ReadUInt16LittleEndian(header[18..]);
        return machine switch
        {
            3 => nameof(Architecture.X86),
            40 => nameof(Architecture.Arm),
            62 => nameof(Architecture.X64),
            183 => nameof(Architecture.Arm64),
            _ => $"machine {machine}",
        };
    }
}
