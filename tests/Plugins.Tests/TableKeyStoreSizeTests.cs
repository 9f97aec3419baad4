using System.Diagnostics;
using System.Text;

namespace FilterHost.Plugins.Tests;

/// <summary>Tables of 200,000 rows.</summary>
public sealed class TableKeyStoreSizeTests(ITestOutputHelper output)
{
    private const int Rows = 200_000;

    // Far above what a quiet machine takes, far below what a scan of all rows for each message would.
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LookUpLimit = TimeSpan.FromMilliseconds(1);

    [Theory]
    [InlineData("file:", "")]
    [InlineData("refile:", "*@")]
    public async Task One_error_in_each_is_found_and_placed_and_the_rest_works(string form, string star)
    {
        var signing = new StringBuilder();
        var keys = new StringBuilder();
        for (var i = 0; i < Rows; i++)
        {
            signing.Append(star).Append('d').Append(i).Append(".customers.example ").Append(i == 123_456 ? "nosuch" : $"sel._domainkey.d{i}.customers.example").Append('\n');
            keys.Append("sel._domainkey.d").Append(i).Append(".customers.example d").Append(i).Append(".customers.example:sel").Append(i == 77_777 ? "\n" : ":./key.pem\n");
        }
        await using var place = new TableKeyStorePlace();
        place.Plugins.Write("SigningTable", signing.ToString());
        place.Plugins.Write("KeyTable", keys.ToString());
        (signing, keys) = (null, null);
        await place.BuildAsync("csl:a.example=k1", "csl:k1=d1.example:s1:./key.pem");
        await place.Plugins.UnloadAsync();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var processor = Environment.CpuUsage.TotalTime;
        var clock = Stopwatch.StartNew();
        await place.BuildAsync($"{form}SigningTable", "file:KeyTable");
        var start = clock.Elapsed;
        processor = Environment.CpuUsage.TotalTime - processor;
        Assert.Equal(2, place.Problems.Count);
        Assert.Contains(place.Problems, problem => problem.Text.StartsWith($"{place.Path("SigningTable")}:123457: ", StringComparison.Ordinal));
        Assert.Contains(place.Problems, problem => problem.Text.StartsWith($"{place.Path("KeyTable")}:77778: ", StringComparison.Ordinal));
        Assert.StartsWith($"misconfigured {place.Path("SigningTable")}:123457", await place.FindAsync("u@d123456.customers.example"), StringComparison.Ordinal);
        Assert.StartsWith($"misconfigured {place.Path("KeyTable")}:77778", await place.FindAsync("u@d77777.customers.example"), StringComparison.Ordinal);
        Assert.True(await place.SignsAsync("u@d199999.customers.example"));
        var lookUp = await LookUpTimeAsync(place);
        output.WriteLine($"{form} start {start.TotalSeconds:0.00} s ({processor.TotalSeconds:0.00} s of processor), memory {(GC.GetTotalMemory(forceFullCollection: true) - before) / 1_000_000} MB, look-up {lookUp.TotalMicroseconds:0.0} us");
        Assert.True(start < StartLimit, $"start took {start}");
        Assert.True(lookUp < LookUpLimit, $"a look-up took {lookUp}");
    }

    private static async Task<TimeSpan> LookUpTimeAsync(TableKeyStorePlace place)
    {
        const int Times = 20_000;
        for (var i = 0; i < Times; i++)
            await place.FindAsync($"u@d{i}.customers.example");
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < Times; i++)
            await place.FindAsync(i % 2 == 0 ? $"u@d{100_000 + i}.customers.example" : $"u@d{i}.strangers.example");
        return clock.Elapsed / Times;
    }
}
