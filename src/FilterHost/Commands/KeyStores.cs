using System.CommandLine;
using FilterHost.Hosting.Plugins;
using FilterHost.Keys;
using Microsoft.Extensions.Logging;

namespace FilterHost.Commands;

/// <summary>The key stores of the settings, for commands that look at them or change them.</summary>
internal static class KeyStores
{
    public static Option<string?> Store { get; } = new("--store") { Description = "The table of the key store, [service.NAME]. Needed where there are several." };

    /// <summary>Runs a command on the one store that is meant.</summary>
    public static Task<int> WithOneAsync(ParseResult arguments, Func<Preparation, PluginInstance, Task<int>> action, CancellationToken token) =>
        WithAllAsync(
            arguments,
            (preparation, stores) =>
            {
                if (stores.Count == 1)
                    return action(preparation, stores[0]);
                Console.Error.WriteLine($"filterhost: there are several key stores: name one with --store ({string.Join(", ", stores.Select(store => store.Name))})");
                return Task.FromResult(ExitCode.Usage);
            },
            token);

    /// <summary>Runs a command on every store, or on that which is named. What the stores refuse ends the command with their message.</summary>
    public static async Task<int> WithAllAsync(ParseResult arguments, Func<Preparation, IReadOnlyList<PluginInstance>, Task<int>> action, CancellationToken token)
    {
        // Without the plugins' own checks: a key that is missing or bad is what these commands are for.
        await using var preparation = await Preparation.CreateAsync(arguments, token, LogLevel.Warning, runsChecks: false);
        preparation.PrintProblems();
        if (preparation.Generation is not { } generation)
            return ExitCode.Configuration;
        var wanted = arguments.GetValue(Store);
        var stores = generation.Instances
            .Where(instance => instance.Provided.Contains(typeof(ISigningKeyAdministration)) && (wanted is null || instance.Name == wanted)).ToArray();
        if (stores.Length == 0)
        {
            Console.Error.WriteLine("filterhost: the settings have no such key store that can be administered");
            return ExitCode.Usage;
        }
        try
        {
            return await action(preparation, stores);
        }
        catch (Exception exception) when (exception is InvalidOperationException or ServiceFaultException)
        {
            Console.Error.WriteLine($"filterhost: {exception.Message}");
            return ExitCode.Data;
        }
    }

    /// <summary>What the commands ask of a store.</summary>
    public static ISigningKeyAdministration AdministrationOf(PluginInstance store) => (ISigningKeyAdministration)store.Offer(typeof(ISigningKeyAdministration));
}
