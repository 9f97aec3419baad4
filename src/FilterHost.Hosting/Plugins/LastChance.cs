using System.Diagnostics;
using System.Runtime.ExceptionServices;
using System.Runtime.Loader;

namespace FilterHost.Hosting.Plugins;

/// <summary>The last stop of an exception that nobody caught: on a thread, timer or async void of a plugin's own it costs that plugin, not the host.</summary>
internal static class LastChance
{
    /// <summary>Installs the handler, once in the life of the process.</summary>
    /// <param name="onPluginFault">Takes the assembly name of the plugin and the exception.</param>
    public static void Install(Action<string, Exception> onPluginFault) =>
        ExceptionHandling.SetUnhandledExceptionHandler(exception => IsPluginFault(exception, onPluginFault));

    /// <summary>True where the fault is a plugin's, which has been told; false leaves it to the runtime, which ends the process.</summary>
    internal static bool IsPluginFault(Exception exception, Action<string, Exception> onPluginFault)
    {
        if (PluginOf(exception) is not { } plugin)
            return false;
        try
        {
            onPluginFault(plugin, exception);
        }
        catch (Exception)
        {
            // A log that cannot be written is nobody's end either.
        }
        return true;
    }

    /// <summary>The plugin in whose load context a frame of the stack lies; the innermost such frame counts. Null where none does.</summary>
    internal static string? PluginOf(Exception exception)
    {
        foreach (var frame in new StackTrace(exception, fNeedFileInfo: false).GetFrames())
        {
            if (frame.GetMethod()?.Module.Assembly is { } assembly
                && AssemblyLoadContext.GetLoadContext(assembly) is { IsCollectible: true } context)
                return context.Assemblies.FirstOrDefault(candidate => candidate.GetName().Name == context.Name)?.GetName().Name ?? context.Name ?? assembly.GetName().Name;
        }
        // Waiting for a task, reflection and the like wrap what the plugin threw.
        return exception is AggregateException several
            ? several.InnerExceptions.Select(PluginOf).FirstOrDefault(static plugin => plugin is not null)
            : exception.InnerException is { } inner ? PluginOf(inner) : null;
    }
}
