using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using FilterHost.Milter;

namespace FilterHost.Plugins.Tests;

/// <summary>The same tables and addresses to the store and to OpenDKIM itself: the same keys sign, or the same mail is held back.</summary>
public sealed partial class TableKeyStoreOpenDkimTests
{
    private const string Program = "/usr/sbin/opendkim";
    private const int RandomTables = 12;
    private static readonly string[] Locals = ["u", "v", "U", "a+b", "list-1"];
    private static readonly string[] Domains = ["a.example", "b.a.example", "c.b.a.example", "d.example", "A.Example", "example", "z.test", "x-a.example"];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("file:", "u@a.b.example k1\na.b.example k2\nu@.b.example k3\n.b.example k4\nu@.example k5\n.example k6\nu@* k7\n* k8\n", "u@a.b.example v@a.b.example u@c.b.example v@c.b.example u@b.example v@b.example u@q.test v@q.test U@A.B.EXAMPLE")]
    [InlineData("file:", "u@.example k2\n.b.example k1\n.a.example k3\nu@.d.example k4\n", "u@c.b.example v@a.example u@d.example u@x.d.example")]
    [InlineData("file:", "a.example k1 # c\n   b.example\tk2\r\nc.example k3#c\n\n# d.example k4\ne.example k5:\nf.example k6\\\n", "u@a.example u@b.example u@c.example u@d.example u@e.example u@f.example")]
    [InlineData("file:", "a.example k1:@d1.example\nb.example k1:x@d1.example\nc.example k1:x@other.example\nd.example k1:@sub.%.d1.example\nd1.example k1:news@%\ne.example k1:x@d1.example:y\nf.example k1:@xd1.example\n", "u@a.example u@b.example u@c.example u@d.example u@d1.example u@e.example u@f.example")]
    [InlineData("file:", "a.example K1\nb.example nosuch\nc.example %\nd.example k1\\\n* k2\n", "u@a.example u@b.example u@c.example u@d.example u@e.example")]
    [InlineData("refile:", "*@A.example k1\nu@b.example k2\n*b.example k3\n*.c.example k4\nx@* k5\na+b@h.example k8\na.b@i.example k9\n**@j.example k10\n*@*.l.example k11\n", "q@a.example u@b.example w@bb.example w@b.example w@d.c.example w@c.example x@q.test a+b@h.example aab@h.example a.b@i.example axb@i.example u@j.example u@m.l.example u@l.example u@b.example.evil.test")]
    [InlineData("refile:", "*@a.example nosuch\n*@b.example K1\n*@c.example k1:@d1.example\n*@d.example k1:%@other.example\n*@c.example k2\n* k3\n", "u@a.example u@b.example u@c.example u@d.example u@e.example")]
    public async Task Each_form_of_row(string form, string table, string addresses) => await AssertEqualAsync(form, table, TableKeyStorePlace.TwentyKeys, addresses.Split(' '));

    [Theory]
    [InlineData("k1 %:s1:{0}/key.pem\nk2 A.Example:S1:{0}/key.pem\nk3 d3.example:s3\nk4 d4.example:s4:{0}/none.pem\nk5 :s:{0}/key.pem\nk6 d6.example::{0}/key.pem\nk1 dup.example:s9:{0}/key.pem\n")]
    [InlineData("k1 a_b.example:s_1:{0}/key.pem\r\nk2 d2.example:s2:{0}/my key.pem # c\r\nk3 d3.example:s.t:{0}/a:b.pem\r\nk4\r\nk5 bad\r\nk6 d6.example:s6:key.pem\r\n")]
    public async Task Each_form_of_key(string table) =>
        await AssertEqualAsync("file:", string.Concat(Enumerable.Range(1, 6).Select(static i => $"a{i}.example k{i}\n")), table, [.. Enumerable.Range(1, 6).Select(static i => $"u@a{i}.example")]);

    [Theory]
    [InlineData("file:", false)]
    [InlineData("refile:", false)]
    [InlineData("file:", true)]
    [InlineData("refile:", true)]
    public async Task Tables_and_addresses_at_random(string form, bool several)
    {
        var random = new Random(form.Length + (several ? 100 : 0));
        var addresses = Locals.SelectMany(static local => Domains, static (local, domain) => $"{local}@{domain}").ToArray();
        for (var i = 0; i < RandomTables; i++)
        {
            var rows = Enumerable.Range(0, random.Next(1, 12)).Select(_ => $"{(form == "file:" ? Key(random) : Pattern(random))} k{random.Next(20)}\n");
            await AssertEqualAsync(form, string.Concat(rows), TableKeyStorePlace.TwentyKeys, addresses, several);
        }
    }

    private static string Key(Random random)
    {
        var (local, domain) = (Pick(random, Locals), Pick(random, Domains));
        return Pick(random, [$"{local}@{domain}", domain, $"{local}@.{domain}", $".{domain}", $"{local}@*", "*"]);
    }

    private static string Pattern(Random random)
    {
        var (local, domain) = (Pick(random, Locals), Pick(random, Domains));
        return Pick(random, [$"{local}@{domain}", $"*@{domain}", $"*@*.{domain}", $"*.{domain}", $"*{domain}", $"{local}@*", "*", $"{local[0]}*@{domain[..3]}*", $"*-*@{domain}", domain]);
    }

    private static string Pick(Random random, string[] words) => words[random.Next(words.Length)];

    private static async Task AssertEqualAsync(string form, string signingTable, string keyTable, string[] addresses, bool several = false)
    {
        if (!File.Exists(Program))
        {
            Assert.True(string.IsNullOrEmpty(Environment.GetEnvironmentVariable("CI")), $"missing: {Program}");
            Assert.Skip($"missing: {Program}");
        }
        await using var place = new TableKeyStorePlace();
        foreach (var name in new[] { "my key.pem", "a:b.pem" })
            File.Copy(place.Path("key.pem"), place.Path(name));
        place.Plugins.Write("SigningTable", signingTable);
        place.Plugins.Write("KeyTable", keyTable.Replace("{0}", place.Plugins.Folder, StringComparison.Ordinal).Replace(":./", $":{place.Plugins.Folder}/", StringComparison.Ordinal));
        await place.BuildAsync($"{form}SigningTable", "file:KeyTable", several ? "multiple_signatures = true" : "");
        using var opendkim = await StartAsync(place, form, several);
        try
        {
            foreach (var address in addresses)
            {
                var ours = (await place.FindAsync(address)).ToLowerInvariant();
                Assert.Equal($"{address} {await AnswerAsync(place, address)}".ToLowerInvariant(), $"{address} {InTheirWords(ours, several)}".ToLowerInvariant());
            }
        }
        finally
        {
            opendkim.Kill();
            await opendkim.WaitForExitAsync(Cancel);
        }
    }

    // OpenDKIM loses all but the first and the last of its list of signatures; ours are all there.
    private static string InTheirWords(string ours, bool several)
    {
        if (ours.StartsWith("misconfigured", StringComparison.Ordinal))
            return "held back";
        var keys = ours.Split(' ');
        return several && keys.Length > 2 && ours.Contains('/', StringComparison.Ordinal) ? $"{keys[0]} {keys[^1]}" : ours;
    }

    private static async Task<Process> StartAsync(TableKeyStorePlace place, string form, bool several)
    {
        var configuration = place.Plugins.Write("opendkim.conf", $"""
            Mode s
            Syslog no
            Background no
            RequireSafeKeys no
            Socket local:{place.Path("opendkim.sock")}
            Canonicalization relaxed/simple
            InternalHosts 127.0.0.1
            KeyTable file:{place.Path("KeyTable")}
            SigningTable {form}{place.Path("SigningTable")}
            MultipleSignatures {(several ? "yes" : "no")}

            """);
        var process = Process.Start(new ProcessStartInfo(Program, ["-f", "-x", configuration]) { RedirectStandardError = true })!;
        for (var i = 0; !Accepts(place.Path("opendkim.sock")); i++)
        {
            Assert.True(i < 3000 && !process.HasExited, "opendkim did not start");
            await Task.Delay(20, Cancel);
        }
        return process;
    }

    // The socket is there a moment before it is listened on.
    private static bool Accepts(string path)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static async Task<string> AnswerAsync(TableKeyStorePlace place, string author)
    {
        Assert.True(MilterAddress.TryParse($"unix:{place.Path("opendkim.sock")}", out var address, out _));
        await using var client = await MilterClient.OpenAsync(address, null, Cancel);
        await client.NegotiateAsync(new MilterOffer(6, (MilterActions)0x1FF, (MilterSteps)0), Cancel);
        await client.ConnectAsync("localhost", '4', 25, "127.0.0.1", Cancel);
        await client.MailAsync("<x@y.example>", [], Cancel);
        await client.RecipientAsync("<r@z.example>", [], Cancel);
        await client.HeaderAsync("From"u8.ToArray(), Encoding.UTF8.GetBytes(author), Cancel);
        switch ((await client.EndOfHeadersAsync(Cancel)).Kind)
        {
            case MilterReplyKind.Accept:
                return "not ours";
            case MilterReplyKind.TempFail:
                return "held back";
        }
        await client.BodyAsync("hello\r\n"u8.ToArray(), Cancel);
        var response = await client.EndOfMessageAsync(default, Cancel);
        // Each goes in above the one before.
        var fields = response.Edits.OfType<MilterEdit.InsertHeader>().Reverse().Select(static edit => Describe(Encoding.UTF8.GetString(edit.Value.Span))).ToArray();
        return fields.Length > 0 ? string.Join(' ', fields) : response.Kind == MilterReplyKind.ReplyCode ? "held back" : $"{response.Kind}";
    }

    private static string Describe(string field)
    {
        var tags = field.Split(';', StringSplitOptions.TrimEntries);
        return $"{Tag("d")}/{Tag("s")}/{Tag("i") ?? "-"}";

        string? Tag(string name) => tags.FirstOrDefault(tag => tag.StartsWith(name + "=", StringComparison.Ordinal)) is { } tag ? WhiteSpace().Replace(tag[2..], "") : null;
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex WhiteSpace();
}
