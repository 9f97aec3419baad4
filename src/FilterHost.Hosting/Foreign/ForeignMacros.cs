using FilterHost.Hosting.Pipeline;
using FilterHost.Milter;

namespace FilterHost.Hosting.Foreign;

/// <summary>The macros that a milter is given with a command.</summary>
internal static class ForeignMacros
{
    /// <summary>Gives what the MTA sent with the same command, and what the milter asks for at that stage and the MTA has sent earlier.</summary>
    public static void Give(MilterClient client, ConnectionFacts connection, MilterCommand command, MacroStage? stage)
    {
        var macros = new List<KeyValuePair<string, string>>(connection.MacroTable.Of(command));
        foreach (var name in client.MacroLists.Where(list => list.Stage == stage).SelectMany(list => list.Names))
        {
            if (!macros.Exists(macro => Bare(macro.Key).SequenceEqual(Bare(name))) && connection.MacroTable[name] is { } value)
                macros.Add(new(name, value));
        }
        if (macros.Count > 0)
            client.SetMacros(command, macros);
    }

    private static ReadOnlySpan<char> Bare(string name) => name is ['{', .., '}'] ? name.AsSpan()[1..^1] : name;
}
