using System.Globalization;

namespace FilterHost.Hosting.Isolation;

/// <summary>What a process takes of the machine.</summary>
/// <param name="Cpu">Its CPU time so far.</param>
/// <param name="Memory">Octets of memory that are its own: without what it shares with others, as the files of programs.</param>
internal readonly record struct ProcessUsage(TimeSpan Cpu, long Memory)
{
    // sysconf(_SC_CLK_TCK) is 100 on every Linux that .NET runs on (USER_HZ).
    private const double TicksPerSecond = 100;

    /// <summary>Looks at a process, by proc(5); null where it is gone.</summary>
    public static ProcessUsage? Of(int process)
    {
        try
        {
            // The name, in parentheses, may hold anything.
            var stat = File.ReadAllText($"/proc/{process}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            var pages = File.ReadAllText($"/proc/{process}/statm").Split(' ');
            return new(TimeSpan.FromSeconds((Number(fields[11]) + Number(fields[12])) / TicksPerSecond), (Number(pages[1]) - Number(pages[2])) * Environment.SystemPageSize);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
