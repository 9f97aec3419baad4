using System.Text;
using FilterHost.Hosting.Configuration;

namespace FilterHost.Hosting.Tests.Configuration;

/// <summary>Whatever stands in the file, it is a list of problems and never an exception.</summary>
public sealed class SettingsFuzzTests : IDisposable
{
    private static readonly byte[] Sample = """
        authserv_id = "mx.example.com" # ours
        internal = ["127.0.0.0/8", "::1/128"]
        stop_deadline = "10s"
        body_memory = 65536
        [service."keys"]
        plugin = 'FileKeyStore'
        keys = [{ domain = "a.example", n = 0x1F },
          { x.y = 1.5e3, d = 2024-01-01T00:00:00Z }]
        [filter.sign]
        plugin = "Dkim\u0053ign"
        time_limit = "1m"
        key_store = "keys"
        text = '''
        multi'''
        [[listener]]
        socket = "unix:x.sock"
        mode = "0660"
        filters = ["sign"]
        clean_results = true

        """u8.ToArray();

    private static readonly byte[] Replacements = [.. "\0\t\n\r \"#'+,-.0:=Z[\\]_a{}"u8, 0x7F, 0x80, 0xC3, 0xFF];

    private static readonly string[] Pieces =
    [
        "\\", "\\u", "\\U0011", "\\UFFFFFFFF", "\\uD800", "\\x", "\"\"\"", "'''", "\"", "[[", "]]", "[", "{", "}", "=", ".", ",", "\n", "\r", "#", "\0", "\uFEFF",
        "1e999", "0x", "0o9", "0b2", "-", "+nan", "inf", "1979-05-27", "1979-13-32T25:61:61.9999999999Z", "25:61", "_", "include", "filter", "listener", "\n[a.b.c]\n", "a.b", "\n[[filter.sign]]\n", "\n[[listener.x]]\n",
    ];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_sample_itself_is_good()
    {
        var problems = Read(Sample);
        Assert.Equal("", problems.ToString());
    }

    [Fact]
    public void Every_prefix_gives_problems_or_settings()
    {
        for (var length = 0; length <= Sample.Length; length++)
            Read(Sample.AsSpan(0, length));
    }

    [Fact]
    public void Every_byte_left_out_gives_problems_or_settings()
    {
        for (var at = 0; at < Sample.Length; at++)
            Read([.. Sample.AsSpan(0, at), .. Sample.AsSpan(at + 1)]);
    }

    [Fact]
    public void Every_byte_changed_gives_problems_or_settings()
    {
        var text = Sample.ToArray();
        for (var at = 0; at < text.Length; at++)
        {
            foreach (var replacement in Replacements)
            {
                text[at] = replacement;
                Read(text);
            }
            text[at] = Sample[at];
        }
    }

    [Fact]
    public void Random_changes_of_several_bytes_give_problems_or_settings()
    {
        var random = new Random(20260101);
        for (var round = 0; round < 2000; round++)
        {
            var text = Sample.ToArray();
            for (var change = random.Next(1, 12); change > 0; change--)
                text[random.Next(text.Length)] = random.Next(2) == 0 ? (byte)random.Next(256) : Replacements[random.Next(Replacements.Length)];
            Read(text);
        }
    }

    [Fact]
    public void Pieces_of_toml_in_wrong_places_give_problems_or_settings()
    {
        var random = new Random(20260102);
        for (var round = 0; round < 3000; round++)
        {
            var text = Encoding.UTF8.GetString(Sample);
            for (var piece = random.Next(1, 6); piece > 0; piece--)
                text = text.Insert(random.Next(text.Length), Pieces[random.Next(Pieces.Length)]);
            Read(Encoding.UTF8.GetBytes(text).AsSpan(0, random.Next(text.Length)));
        }
    }

    private ProblemList Read(ReadOnlySpan<byte> text)
    {
        var path = Path.Combine(_folder.Path, "f.toml");
        File.WriteAllBytes(path, text);
        var problems = new ProblemList();
        try
        {
            var loaded = SettingsFile.Load(path, problems);
            Assert.True(loaded is not null || problems.HasErrors);
            foreach (var instance in loaded?.Instances ?? [])
                new SettingsBinder(_ => null).Bind<SampleSettings>(instance.Table, new HashSet<string> { "plugin" }, new ProblemList());
            Assert.DoesNotContain('\n', string.Concat(problems.Ordered().Select(problem => problem.ToString())));
            Assert.All(problems.Ordered(), problem => Assert.True(problem.Location is null or { Line: > 0, Column: > 0 }));
            return problems;
        }
        catch (Exception failure) when (failure is not Xunit.Sdk.IAssertionException)
        {
            Assert.Fail($"{failure}\n{Convert.ToHexString(text)}\n{Encoding.UTF8.GetString(text)}");
            throw;
        }
    }
}
