using System.CommandLine;

namespace FilterHost.Commands;

/// <summary><c>filterhost keys</c>: what its parts are.</summary>
internal static class KeysCommand
{
    public static Command Create() => new("keys", "Signing keys.")
    {
        KeysGenerateCommand.Create(), KeysListCommand.Create(), KeysDnsCommand.Create(), KeysTestCommand.Create(), KeysRotateCommand.Create(),
    };
}
