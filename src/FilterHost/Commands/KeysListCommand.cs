using System.CommandLine;
using System.Globalization;
using FilterHost.Keys;

namespace FilterHost.Commands;

/// <summary><c>filterhost keys list</c>.</summary>
internal static class KeysListCommand
{
    public static Command Create()
    {
        var command = new Command("list", "List the keys of the store, those that are pending or retired included.") { KeyStores.Store, KeySelection.Domain, KeySelection.Selector };
        command.SetAction((arguments, token) => KeyStores.WithOneAsync(arguments, (_, store) => ListAsync(arguments, KeyStores.AdministrationOf(store), token), token));
        return command;
    }

    private static async Task<int> ListAsync(ParseResult arguments, ISigningKeyAdministration store, CancellationToken token)
    {
        if (KeySelection.Select(arguments, await store.ListAsync(token)) is not { } keys)
            return ExitCode.Usage;
        if (arguments.GetValue(CommandLine.Json))
            return KeyOutput.PrintJson(keys);
        foreach (var key in keys)
            Console.WriteLine(TextOf(key));
        return KeyOutput.CodeOf(keys);
    }

    private static string TextOf(SigningKeyDescription key)
    {
        var state = key.State == SigningKeyState.Active ? "" : $" {KeyOutput.StateOf(key)}";
        return key.Problem is null
            ? string.Create(CultureInfo.InvariantCulture, $"{key.SigningDomain} {key.Selector}{state} {KeyOutput.AlgorithmOf(key)} {key.Bits} {key.Place}")
            : $"{key.SigningDomain} {key.Selector}{state} unusable: {key.Problem}";
    }
}
