using System.Runtime.InteropServices;

namespace FilterHost.TestPlugins.Wrecker;

public sealed class WreckerFilter(WreckerSettings settings) : MessageFilter
{
    private static readonly List<byte[]> Kept = [];

    public override async ValueTask<Verdict> OnEndOfMessageAsync(CompleteMessage message)
    {
        if (message.Header.First("Subject")?.Text == "boom")
            await DoAsync(message.CancellationToken);
        message.Edits.Append("X-Wrecker", $"process {Environment.ProcessId}");
        message.Publish(new GenericResult("x-wrecker", "pass"));
        return Verdict.Continue;
    }

    private async Task DoAsync(CancellationToken cancel)
    {
        switch (settings.Deed)
        {
            case Deed.StackOverflow:
                Console.Error.WriteLine(Fall(1));
                break;
            case Deed.FailFast:
                Environment.FailFast("the wrecker fails fast");
                break;
            case Deed.Memory:
                while (true)
                {
                    Kept.Add(GC.AllocateUninitializedArray<byte>(1 << 20));
                    Kept[^1].AsSpan().Fill(1);
                    await Task.Yield();
                }
            case Deed.Spin:
                Spin();
                break;
            case Deed.SpinAside:
                new Thread(Spin) { IsBackground = true }.Start();
                break;
            case Deed.Hang:
                await new TaskCompletionSource().Task;
                break;
            case Deed.HangUntilCancelled:
                await Task.Delay(Timeout.Infinite, cancel);
                break;
            case Deed.Block:
                new ManualResetEvent(false).WaitOne();
                break;
            case Deed.ThrowAside:
                new Thread(() => throw new InvalidOperationException("nobody catches this")).Start();
                await Task.Delay(Timeout.Infinite, cancel);
                break;
            case Deed.Throw:
                throw new InvalidOperationException("the wrecker throws");
            case Deed.Slow:
                await Task.Delay(TimeSpan.FromSeconds(2), cancel);
                break;
            case Deed.BreakMemory:
                Marshal.FreeHGlobal((nint)0x12345678);
                break;
            case Deed.Print:
                Console.WriteLine("{\"a\": the wrecker prints");
                break;
        }
    }

    private static int Fall(int depth) => depth > int.MaxValue - 1 ? 0 : Fall(depth + 1) + depth;

    private static void Spin()
    {
        while (true)
        {
            // CPU time is all that it wants.
        }
    }
}
