using System.CommandLine;
using System.Runtime.InteropServices;
using FilterHost.Verification;

namespace FilterHost.Commands;

/// <summary><c>filterhost version</c>.</summary>
internal static class VersionCommand
{
    public static Command Create()
    {
        var command = new Command("version", "Print the versions of the host, the plugin contract and the runtime.");
        command.SetAction(Print);
        return command;
    }

    /// <summary>Prints them.</summary>
    public static int Print(ParseResult result)
    {
        var (host, contract) = (Versions.Host, Versions.Contract);
        if (result.GetValue(CommandLine.Json))
            JsonOutput.Write(writer =>
            {
                writer.WriteString("version", host);
                writer.WriteString("contract", contract);
                writer.WriteString("runtime", RuntimeInformation.FrameworkDescription);
            });
        else
            Console.WriteLine($"filterhost {host}, plugin contract {contract}, {RuntimeInformation.FrameworkDescription}");
        return ExitCode.Ok;
    }
}
