namespace FilterHost;

/// <summary>
/// Another plugin's service failed by an exception, or was revoked. It carries text only: objects never cross between plugins.
/// A filter that lets it pass gets the answer of its <c>on_error</c>.
/// </summary>
public sealed class ServiceFaultException : Exception
{
    /// <summary>The service of that table failed.</summary>
    public ServiceFaultException(string service, string message)
        : base($"service {service}: {message}") => Service = service;

    /// <summary>The table of the provider.</summary>
    public string Service { get; }
}
