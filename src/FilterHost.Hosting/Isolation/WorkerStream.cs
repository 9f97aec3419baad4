using System.Net.Sockets;

namespace FilterHost.Hosting.Isolation;

/// <summary>A connection to a worker. Closed at this end, it is kept until the worker has closed its own: one that does not is in a call that does not come back.</summary>
internal sealed class WorkerStream(Socket socket, TimeSpan closeTime, TimeProvider time, Action onStuck) : NetworkStream(socket, ownsSocket: true)
{
    private int _isClosed;

#pragma warning disable CA2215 // It is called when the worker has closed its end.
    protected override void Dispose(bool disposing)
#pragma warning restore CA2215
    {
        if (disposing && Interlocked.Exchange(ref _isClosed, 1) == 0)
            _ = LingerAsync();
    }

    private async Task LingerAsync()
    {
        using var timeout = new CancellationTokenSource(closeTime, time);
        try
        {
            Socket.Shutdown(SocketShutdown.Send);
            var buffer = new byte[4096];
            while (await Socket.ReceiveAsync(buffer, timeout.Token).ConfigureAwait(false) > 0)
            {
                // Nobody waits for it any more.
            }
        }
        catch (OperationCanceledException)
        {
            onStuck();
        }
        catch (SocketException)
        {
            // The worker is gone.
        }
        base.Dispose(true);
    }
}
