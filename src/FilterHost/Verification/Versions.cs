using System.Reflection;

namespace FilterHost.Verification;

/// <summary>The versions of what runs here.</summary>
internal static class Versions
{
    public static string Host { get; } = Of(typeof(Versions).Assembly);

    /// <summary>The contract's, which is what plugins are built against.</summary>
    public static string Contract { get; } = typeof(FilterPlugin).Assembly.GetName().Version!.ToString(2);

    private static string Of(Assembly assembly) =>
        assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? assembly.GetName().Version!.ToString();
}
