using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using FilterHost.Hosting.Configuration;
using FilterHost.Hosting.Pipeline;

namespace FilterHost.Hosting.Tests.Pipeline;

/// <summary>Faults, as whoever runs the host can count them.</summary>
public sealed class FaultCountTests
{
    [Fact]
    public async Task Each_fault_is_counted_by_filter_plugin_and_kind()
    {
        var counted = new ConcurrentQueue<string>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument is { Name: "filterhost.filter.faults", Meter.Name: "FilterHost" })
                self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((_, count, tags, _) => counted.Enqueue($"{count} {string.Join(' ', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"))}"));
        listener.Start();
        var throwing = new ScriptedFilter.Script();
        throwing.Steps[FilterStage.Mail] = (_, _) => throw new InvalidOperationException("a bug");
        var silent = new ScriptedFilter.Script();
        silent.Steps[FilterStage.EndOfMessage] = (_, _) => new ValueTask<Verdict>((Verdict)null!);
        // Other tests count, too.
        var pipeline = PipelineUnderTest.Of(("counted-thrower", throwing, OnError.Skip), ("counted-silent", silent, OnError.Skip));
        for (var i = 0; i < 2; i++)
            await PipelineUnderTest.RunAsync(pipeline);
        Assert.Equal(
            ["1 filter=counted-silent plugin=Scripted kind=no_verdict", "1 filter=counted-thrower plugin=Scripted kind=threw"],
            counted.Where(line => line.Contains("filter=counted-", StringComparison.Ordinal)).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(4, counted.Count(line => line.Contains("filter=counted-", StringComparison.Ordinal)));
        Assert.Equal([2, 2], pipeline.Members.Select(member => member.Guard.Faults));
        Assert.Equal("threw 2", pipeline.Members[0].Guard.DescribeFaults());
    }
}
