using Microsoft.Extensions.Logging;

namespace FilterHost.Testing;

/// <summary>One logged line.</summary>
/// <param name="Level">How severe it is.</param>
/// <param name="Text">The line as the administrator reads it.</param>
/// <param name="Exception">The exception that goes with it, or null.</param>
public sealed record LogLine(LogLevel Level, string Text, Exception? Exception);
