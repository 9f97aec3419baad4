using System.Text;

namespace FilterHost.EndToEnd.Tests.Harness;

/// <summary>Swaks, a client that is not ours.</summary>
internal static class Swaks
{
    public const string Program = "/usr/bin/swaks";

    public static async Task SendAsync(int port, string message, params string[] more)
    {
        var (code, output, error) = await Machine.RunAsync(Program,
            ["--server", $"127.0.0.1:{port}", "--ehlo", "client.example.org", "--from", "a@example.com", "--to", "b@example.net", "--data", "-", .. more],
            Encoding.ASCII.GetBytes(message.ReplaceLineEndings("\n")));
        Assert.True(code == 0, output + error);
    }
}
