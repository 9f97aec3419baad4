namespace FilterHost.Testing;

/// <summary>The filter did not do what the test expects. The message has what was expected, then all that the filter did. Any test framework reports it as a failure.</summary>
public sealed class ExpectationException : Exception
{
    internal ExpectationException(string message)
        : base(message)
    {
    }
}
