namespace FilterHost.Hosting.Tests.Configuration;

public sealed class BinderSmokeTests
{
    [Fact]
    public void A_key_left_out_keeps_the_initializers_value()
    {
        var settings = SettingsOf.Record<SampleSettings>("count = 3\nname = \"x\"");
        Assert.Equal((3, "x", (ushort)25, 0.5), (settings.Count, settings.Name, settings.Port, settings.Ratio));
    }

    [Fact]
    public void All_problems_come_at_once_with_their_places()
    {
        Assert.Equal("f:1:9: count: expected a whole number from 1 to 60, found a string\nf:2:1: nmae: unknown key; did you mean 'name'?", SettingsOf.Problems<SampleSettings>("count = \"3\"\nnmae = \"x\""));
    }
}
