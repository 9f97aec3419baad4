using System.CommandLine;
using System.Reflection;
using System.Runtime.InteropServices;

namespace FilterHost.Commands;

/// <summary><c>filterhost version</c>.</summary>
internal static class VersionCommand
{
    public static Command Create()
    {
        var command = new Command("version", "Print the versions of the host, the plugin contract and the runtime.");
        command.SetAction(result =>
        {
            var host = VersionOf(typeof(VersionCommand).Assembly);
            var contract = typeof(MessageFilter).Assembly.GetName().Version!.ToString(2);
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
        });
        return command;
    }

    private static string VersionOf(Assembly assembly) =>
        assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? assembly.GetName().Version!.ToString();
}
