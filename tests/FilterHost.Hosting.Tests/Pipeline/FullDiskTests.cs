using System.Diagnostics;
using FilterHost.Hosting.Configuration;
using FilterHost.Hosting.Pipeline;

namespace FilterHost.Hosting.Tests.Pipeline;

/// <summary>A message that must be kept and cannot be is refused for now, whatever the filters' on_error is.</summary>
public sealed class FullDiskTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fhdisk");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Where_no_file_can_be_made_the_message_is_refused_for_now()
    {
        var file = Path.Combine(_folder.FullName, "file");
        await File.WriteAllTextAsync(file, "", TestContext.Current.CancellationToken);
        AssertRefused(await RunAsync(Path.Combine(file, "below"), 10));
    }

    [Fact]
    public async Task A_full_disk_refuses_the_message_for_now_and_the_next_that_fits_passes()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root makes a small disk");
        var folder = _folder.CreateSubdirectory("small").FullName;
        await RunAsync("/bin/mount", "-t", "tmpfs", "-o", "size=64k", "none", folder);
        try
        {
            AssertRefused(await RunAsync(folder, 200_000));
            Assert.Equal(TransactionOutcome.Passed, (await RunAsync(folder, 20_000)).Outcome);
        }
        finally
        {
            await RunAsync("/bin/umount", folder);
        }
    }

    private static void AssertRefused(MessageOutput output)
    {
        Assert.Equal("452 4.3.1 no room to keep the message, try again later", output.Reply.SmtpReply?.ToString());
        Assert.Equal(TransactionOutcome.TempFailed, output.Outcome);
        Assert.Empty(output.Edits);
    }

    private static Task<MessageOutput> RunAsync(string folder, int length)
    {
        var reader = new ScriptedFilter.Script { Traits = new FilterTraits { NeedsWholeMessage = true, EditsFields = ["X-Read"] } }.AtEnd(message =>
        {
            using var whole = message.OpenRead();
            whole.CopyTo(Stream.Null);
            message.Edits.InsertAtTop("X-Read", "yes");
        });
        var limits = new PipelineLimits { BodyMemory = 0, TemporaryDirectory = folder };
        var pipeline = PipelineUnderTest.Of(limits, new ResultsPolicy(), ("reader", reader, OnError.Skip));
        return PipelineUnderTest.RunAsync(pipeline, $"From: a@example.com\r\n\r\n{string.Concat(Enumerable.Repeat("0123456789\r\n", length / 12))}\r\n", chunkSize: 4096);
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
    }
}
