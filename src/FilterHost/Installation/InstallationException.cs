namespace FilterHost.Installation;

/// <summary>A plugin that is not installed, or not removed, and why; the command prints it.</summary>
/// <param name="message">Why, and what mends it.</param>
/// <param name="code">The exit code.</param>
internal sealed class InstallationException(string message, int code) : Exception(message)
{
    public int Code => code;
}
