using System.CommandLine;
using FilterHost.Keys;

namespace FilterHost.Commands;

/// <summary><c>filterhost keys dns</c>.</summary>
internal static class KeysDnsCommand
{
    private static readonly Option<bool> Retired = new("--retired") { Description = "Retired keys too: their records have to stay while mail that they signed is under way." };

    public static Command Create()
    {
        var command = new Command("dns", "Print the DNS records of the store's keys that sign or are to sign.") { KeyStores.Store, KeySelection.Domain, KeySelection.Selector, Retired };
        KeyRecordOptions.AddTo(command);
        command.SetAction((arguments, token) => KeyStores.WithOneAsync(arguments, (_, store) => PrintAsync(arguments, KeyStores.AdministrationOf(store), token), token));
        return command;
    }

    private static async Task<int> PrintAsync(ParseResult arguments, ISigningKeyAdministration store, CancellationToken token)
    {
        if (KeyRecordOptions.TagsOf(arguments) is not { } tags || KeySelection.Select(arguments, await store.ListAsync(token)) is not { } keys)
            return ExitCode.Usage;
        return KeyOutput.PrintRecords(arguments, [.. keys.Where(key => key.State != SigningKeyState.Retired || arguments.GetValue(Retired))], tags);
    }
}
