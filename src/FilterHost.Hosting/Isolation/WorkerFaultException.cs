namespace FilterHost.Hosting.Isolation;

/// <summary>A filter in a worker failed. The worker has logged how.</summary>
internal sealed class WorkerFaultException() : Exception("the filter failed in its worker process, whose line of the log says how");
