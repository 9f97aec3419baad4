using System.Net;
using System.Net.Sockets;

namespace FilterHost.Milter.Tests;

public class MilterAddressTests
{
    [Theory]
    [InlineData("inet:8891@localhost", "127.0.0.1:8891", true)]
    [InlineData("inet6:8891@localhost", "[::1]:8891", true)]
    [InlineData("inet:8891@192.0.2.1", "192.0.2.1:8891", false)]
    [InlineData("inet:8891", "0.0.0.0:8891", false)]
    [InlineData("inet6:8891", "[::]:8891", false)]
    [InlineData("inet6:8891@::1", "[::1]:8891", true)]
    [InlineData("inet6:8891@[2001:db8::1]", "[2001:db8::1]:8891", false)]
    [InlineData("inet:localhost:8891", "127.0.0.1:8891", true)]
    [InlineData("inet6:[::1]:8891", "[::1]:8891", true)]
    public async Task Inet_addresses_name_port_and_host(string text, string endPoint, bool loopback)
    {
        Assert.True(MilterAddress.TryParse(text, out var address, out _));
        Assert.Equal([IPEndPoint.Parse(endPoint)], await address.ResolveAsync(TestContext.Current.CancellationToken));
        Assert.Equal(loopback, address.IsLoopback);
    }

    [Theory]
    [InlineData("inet:LocalHost:8891", "inet:8891@localhost")]
    [InlineData("inet6:[0:0::1]:8891", "inet6:8891@::1")]
    [InlineData("local:x.sock", "unix:/etc/filterhost/x.sock")]
    [InlineData("unix:../x/./y.sock", "unix:/etc/x/y.sock")]
    public void One_socket_has_one_text(string text, string expected)
    {
        Assert.True(MilterAddress.TryParse(text, out var address, out _));
        Assert.Equal(expected, address.In("/etc/filterhost").ToString());
    }

    [Theory]
    [InlineData("unix:/run/x.sock")]
    [InlineData("local:/run/x.sock")]
    public async Task Unix_addresses_name_a_path(string text)
    {
        Assert.True(MilterAddress.TryParse(text, out var address, out _));
        Assert.Equal(("/run/x.sock", true, "unix:/run/x.sock"), (address.Path, address.IsLoopback, address.ToString()));
        Assert.IsType<UnixDomainSocketEndPoint>(Assert.Single(await address.ResolveAsync(TestContext.Current.CancellationToken)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("8891")]
    [InlineData("unix:")]
    [InlineData("tcp:8891@localhost")]
    [InlineData("inet:")]
    [InlineData("inet:x@localhost")]
    [InlineData("inet:65536@localhost")]
    [InlineData("inet:8891@::1")]
    [InlineData("inet6:8891@127.0.0.1")]
    [InlineData("inet:8891@a b")]
    [InlineData("inet::8891")]
    public void What_is_no_address_is_said_to_be_none(string text)
    {
        Assert.False(MilterAddress.TryParse(text, out _, out var problem));
        Assert.NotEmpty(problem);
    }
}
