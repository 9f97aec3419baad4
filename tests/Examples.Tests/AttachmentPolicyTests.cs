using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using FilterHost.Examples.AttachmentPolicy;
using FilterHost.Testing;
using MimeKit;

namespace FilterHost.Examples.Tests;

/// <summary>The example that refuses or strips attachments.</summary>
public sealed class AttachmentPolicyTests
{
    private const string Refusal = "550 5.7.1 ";

    [Theory]
    [InlineData("attachment; filename=evil.exe")]
    [InlineData("attachment; filename=\"EVIL.EXE\"")]
    [InlineData("attachment; filename=\"evil.exe. \"")]
    [InlineData("attachment; filename*=utf-8''evil%2E%65xe")]
    [InlineData("attachment; filename*0=evil; filename*1=.exe")]
    [InlineData("attachment; filename=\"=?utf-8?b?ZXZpbC5leGU=?=\"")]
    [InlineData("inline; filename=\"C:\\\\x\\\\evil.exe\"")]
    [InlineData("attachment; filename=good.txt\nContent-Disposition: attachment; filename=evil.exe")]
    [InlineData("attachment; filename=good.txt\nContent-Type: application/octet-stream; name=evil.exe")]
    public async Task A_name_is_found_however_it_is_written(string disposition) =>
        (await RunAsync(Multipart($"Content-Disposition: {disposition}\n\nx"))).ExpectRejected(Refusal + "attachment ");

    [Theory]
    [InlineData("attachment; filename=evil.exe.txt")]
    [InlineData("attachment; filename=exe")]
    [InlineData("attachment")]
    public async Task Other_attachments_pass_unchanged(string disposition) =>
        (await RunAsync(Multipart($"Content-Disposition: {disposition}\n\nx"))).ExpectUnchanged().ExpectNoProblems();

    [Fact]
    public async Task A_type_that_is_not_allowed_is_found() =>
        (await RunAsync(Multipart("Content-Type: application/x-msdownload\n\nx"))).ExpectRejected("an attachment of type application/x-msdownload is not allowed");

    [Fact]
    public async Task A_message_that_is_one_part_or_has_another_inside_is_looked_into()
    {
        var single = await RunAsync("Content-Type: application/octet-stream; name=evil.exe\n\nx\n");
        single.ExpectRejected("evil.exe");
        var inner = Multipart("Content-Type: application/octet-stream; name=evil.exe\n\nx");
        (await RunAsync(Multipart($"Content-Type: message/rfc822\n\n{inner}"))).ExpectRejected("evil.exe");
    }

    [Fact]
    public async Task Names_in_archives_are_found_in_archives_within_archives()
    {
        (await RunAsync(With("docs.zip", Zip(("a/evil.exe", "x"u8.ToArray()))))).ExpectRejected("a/evil.exe in docs.zip is not allowed");
        (await RunAsync(With("picture.jpg", Zip(("evil.exe", "x"u8.ToArray()))))).ExpectRejected("evil.exe in picture.jpg");
        (await RunAsync(With("docs.zip", Zip(("in.zip", Zip(("evil.exe", "x"u8.ToArray()))))))).ExpectRejected("evil.exe in docs.zip/in.zip");
        (await RunAsync(With("evil.exe.gz", Gzip("x"u8.ToArray())))).ExpectRejected("evil.exe in evil.exe.gz");
        (await RunAsync(With("docs.tgz", Gzip(Tar(("evil.exe", "x"u8.ToArray())))))).ExpectRejected("evil.exe in docs.tar");
        (await RunAsync(With("docs.tar", Tar(("in.zip", Zip(("evil.exe", "x"u8.ToArray()))))))).ExpectRejected("evil.exe in docs.tar/in.zip");
        (await RunAsync(With("docs.tar", Tar((new string('n', 200) + ".exe", "x"u8.ToArray()))))).ExpectRejected(".exe in docs.tar");
        (await RunAsync(With("docs.zip", Zip(("good.txt", "x"u8.ToArray()), ("good.zip", Zip(("good.txt", "x"u8.ToArray()))))))).ExpectUnchanged();
    }

    [Fact]
    public async Task What_is_beyond_a_bound_gets_the_answer_for_that()
    {
        var bomb = Zip(("in.zip", Zip(("zeros.zip", new byte[3_000_000]))));
        var settings = "on_match = \"discard\"\non_limit = \"tempfail\"\n";
        (await RunAsync(With("bomb.zip", bomb), settings + "archive_size = \"1M\"")).ExpectTempFailed("451 4.7.1 bomb.zip/in.zip/zeros.zip is larger than 1M, unpacked");
        (await RunAsync(With("bomb.zip", bomb), settings + "archive_depth = 1")).ExpectTempFailed("bomb.zip/in.zip lies deeper than 1 archives");
        (await RunAsync(With("bomb.gz", Gzip(Gzip(new byte[3_000_000]))), settings + "archive_size = \"1k\"")).ExpectTempFailed("bomb is larger than 1k, unpacked");
        var many = Zip([.. Enumerable.Range(0, 50).Select(number => ($"{number}.txt", Array.Empty<byte>()))]);
        (await RunAsync(With("many.zip", many), settings + "archive_entries = 49")).ExpectTempFailed("many.zip has more than 49 entries");
        (await RunAsync(With("many.zip", many), settings + "archive_entries = 50")).ExpectUnchanged();
        (await RunAsync(With("many.tar", Tar([.. Enumerable.Range(0, 50).Select(number => ($"{number}.txt", Array.Empty<byte>()))])), settings + "archive_entries = 49"))
            .ExpectTempFailed("many.tar has more than 49 entries");
        (await RunAsync(With("docs.zip", Zip(("evil.exe", []))), settings + "archive_depth = 0")).ExpectUnchanged();
    }

    [Fact]
    public async Task The_bound_holds_for_all_archives_of_a_message_together()
    {
        var part = Convert.ToBase64String(Zip(("a.txt", []), ("b.txt", [])));
        var parts = string.Join("\n--b\n", Enumerable.Range(0, 3).Select(number => $"Content-Type: application/zip; name={number}.zip\nContent-Transfer-Encoding: base64\n\n{part}"));
        (await RunAsync(Multipart(parts), "on_match = \"reject\"\narchive_entries = 5")).ExpectRejected("2.zip has more than 5 entries");
    }

    [Theory]
    [MemberData(nameof(Unreadable))]
    public async Task What_cannot_be_read_gets_the_answer_for_that(string name, byte[] content, string text)
    {
        (await RunAsync(With(name, content))).ExpectUnchanged().ExpectNote($"{text}: accept");
        (await RunAsync(With(name, content), "on_match = \"reject\"\non_unreadable = \"tempfail\"")).ExpectTempFailed(text);
    }

    public static TheoryData<string, byte[], string> Unreadable { get; } = new()
    {
        { "x.zip", "no zip"u8.ToArray(), "x.zip cannot be read" },
        { "x.zip", Zip(("a.txt", "x"u8.ToArray()))[..^10], "x.zip cannot be read" },
        { "x.rar", [.. "Rar!"u8, 0x1A, 0x07, 0x01, 0x00], "x.rar is an archive of a kind that is not looked into" },
        { "x.tar", HugeTar(), "x.tar cannot be read" },
        { "x.gz", [0x1F, 0x8B, 1, 2, 3], "x cannot be read" },
        { "x.zip", Encrypted(Zip(("in.zip", "x"u8.ToArray()))), "x.zip/in.zip is encrypted" },
    };

    [Fact]
    public async Task A_name_behind_what_cannot_be_read_is_found_all_the_same() =>
        (await RunAsync(With("x.zip", Zip(("broken.zip", "x"u8.ToArray()), ("evil.exe", []))))).ExpectRejected("evil.exe");

    [Fact]
    public async Task Octets_that_are_changed_at_random_never_make_the_filter_fail()
    {
        byte[][] archives = [Zip(("in.tar", Tar(("a.txt", new byte[100]))), ("b.gz", Gzip(new byte[100]))), Tar(("in.zip", Zip(("a.txt", new byte[100])))), Gzip(Tar(("a.txt", new byte[100])))];
        var random = new Random(1);
        for (var i = 0; i < 300; i++)
        {
            var archive = archives[i % archives.Length].ToArray();
            for (var change = random.Next(1, 8); change > 0; change--)
                archive[random.Next(archive.Length)] = (byte)random.Next(256);
            (await RunAsync(With("x.bin", archive[..random.Next(archive.Length / 2, archive.Length)]))).ExpectNoProblems();
        }
    }

    [Fact]
    public async Task A_part_is_stripped_and_the_others_stay_as_they_are()
    {
        var run = await RunAsync(Multipart("Content-Type: text/plain\nX-A:  b \n\nas  it is\n--b\nContent-Disposition: attachment; filename=\"grün.exe\"\n\nMZ"), "on_match = \"strip\"");
        run.ExpectDelivered().ExpectNote("attachment grün.exe is not allowed: strip").ExpectNoProblems();
        var text = Assert.IsType<TextPart>(Assert.IsType<Multipart>(MailOf(run).Body)[1]);
        Assert.Equal("The attachment \"grün.exe\" was removed. It is of a kind that this mail system does not accept.\n", text.Text.ReplaceLineEndings("\n"));
        Assert.Contains("--b\r\nContent-Type: text/plain\r\nX-A:  b \r\n\r\nas  it is\r\n--b\r\n", run.MessageText, StringComparison.Ordinal);
        Assert.DoesNotContain("MZ", run.MessageText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_that_is_one_part_becomes_a_text()
    {
        var run = await RunAsync("Subject: x\nContent-Type: application/octet-stream\nContent-Disposition: attachment; filename=evil.exe\nContent-Transfer-Encoding: base64\n\nTVo=\n", "on_match = \"strip\"\nreplacement = \"gone\"");
        run.ExpectDelivered().ExpectHeader("Content-Type", "text/plain; charset=utf-8").ExpectNoHeader("Content-Disposition").ExpectHeader("MIME-Version", "1.0").ExpectBody("gone\n");
    }

    [Fact]
    public async Task What_is_signed_is_not_stripped_but_gets_the_answer_for_that()
    {
        var message = """
            Content-Type: multipart/signed; boundary=s; protocol="application/pgp-signature"

            --s
            Content-Disposition: attachment; filename=evil.exe

            x
            --s
            Content-Type: application/pgp-signature

            y
            --s--

            """;
        (await RunAsync(message, "on_match = \"strip\"")).ExpectRejected("evil.exe");
        (await RunAsync(message, "on_match = \"strip\"\non_signed = \"accept\"")).ExpectUnchanged().ExpectNote("evil.exe is not allowed: accept");
    }

    [Fact]
    public async Task The_other_answers_are_those_of_the_contract()
    {
        var message = Multipart("Content-Disposition: attachment; filename=evil.exe\n\nx");
        (await RunAsync(message, "on_match = \"tag\"")).ExpectDelivered().ExpectHeader("X-Attachment-Policy", "attachment evil.exe is not allowed");
        (await RunAsync("X-Attachment-Policy: forged\n" + Multipart("\nx"), "on_match = \"tag\"")).ExpectDelivered().ExpectNoHeader("X-Attachment-Policy");
        (await RunAsync(message, "on_match = \"quarantine\"")).ExpectQuarantined("evil.exe");
        (await RunAsync(message, "on_match = \"discard\"")).ExpectDiscarded();
        (await RunAsync(message, "on_match = \"accept\"")).ExpectUnchanged().ExpectNote("evil.exe is not allowed: accept");
        (await RunAsync(message, "on_match = \"reject\"\nnames = [\"*.doc?\"]")).ExpectUnchanged();
    }

    [Fact]
    public async Task Attachments_that_Outlook_wrapped_are_found()
    {
        var winmail = Tnef("evil.exe", "x"u8);
        var message = Multipart($"Content-Type: application/ms-tnef; name=winmail.dat\nContent-Transfer-Encoding: base64\n\n{Convert.ToBase64String(winmail)}");
        (await RunAsync(message)).ExpectRejected("attachment evil.exe is not allowed");
        (await RunAsync(message, "on_match = \"reject\"\nnames = [\"*.vbs\"]")).ExpectUnchanged();
        (await RunAsync(message.Replace(Convert.ToBase64String(winmail), "AAAA", StringComparison.Ordinal))).ExpectUnchanged();
    }

    [Theory]
    [InlineData("on_match = \"reject\"\non_signed = \"strip\"", "settings:2:1: on_signed: cannot be strip")]
    [InlineData("", "on_match")]
    [InlineData("on_match = \"reject\"\narchive_depth = 17", "settings:2:17: archive_depth: expected a whole number from 0 to 16, found 17")]
    public async Task Wrong_settings_are_refused_at_start(string settings, string problem)
    {
        var refusal = await Assert.ThrowsAsync<StartRefusedException>(() => FilterTest.For<AttachmentPolicyPlugin>(settings).RunAsync());
        Assert.Contains(problem, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Over_a_socket_the_stripped_message_is_the_same()
    {
        var test = FilterTest.For<AttachmentPolicyPlugin>("on_match = \"strip\"").WithMessage(Multipart("Content-Disposition: attachment; filename=evil.exe\n\nx"));
        (await test.OverSocket().RunAsync()).ExpectMessage((await test.RunAsync()).MessageText);
    }

    private static Task<FilterRun> RunAsync(string message, string settings = "on_match = \"reject\"") =>
        FilterTest.For<AttachmentPolicyPlugin>(settings).WithMessage(message).RunAsync();

    private static string Multipart(string part) =>
        $"Subject: x\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\n{part}\n--b--\n";

    private static string With(string name, byte[] content) =>
        Multipart($"Content-Type: application/octet-stream; name=\"{name}\"\nContent-Transfer-Encoding: base64\n\n{Convert.ToBase64String(content)}");

    private static byte[] Zip(params (string Name, byte[] Content)[] entries)
    {
        using var octets = new MemoryStream();
        using (var zip = new ZipArchive(octets, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in entries)
            {
                using var entry = zip.CreateEntry(name).Open();
                entry.Write(content);
            }
        }
        return octets.ToArray();
    }

    private static byte[] Tar(params (string Name, byte[] Content)[] entries)
    {
        using var octets = new MemoryStream();
        using (var tar = new TarWriter(octets, leaveOpen: true))
        {
            foreach (var (name, content) in entries)
                tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) });
        }
        return octets.ToArray();
    }

    private static byte[] Gzip(byte[] content)
    {
        using var octets = new MemoryStream();
        using (var gzip = new GZipStream(octets, CompressionMode.Compress, leaveOpen: true))
            gzip.Write(content);
        return octets.ToArray();
    }

    // A block that claims a name of 1 GB.
    private static byte[] HugeTar()
    {
        var tar = Tar(("a.txt", []));
        Encoding.ASCII.GetBytes("10000000000\0").CopyTo(tar, 124);
        tar[156] = (byte)'L';
        return tar;
    }

    // The first flag of an entry says that it is encrypted.
    private static byte[] Encrypted(byte[] zip)
    {
        zip[zip.AsSpan().IndexOf("PK\x01\x02"u8) + 8] |= 1;
        zip[6] |= 1;
        return zip;
    }

    // [MS-OXTNEF] §2.1: a signature, a key, and attributes with their level, id, length, octets and checksum.
    private static byte[] Tnef(string name, ReadOnlySpan<byte> content)
    {
        using var octets = new MemoryStream();
        var writer = new BinaryWriter(octets);
        writer.Write(0x223E9F78);
        writer.Write((ushort)1);
        (byte Level, uint Id, byte[] Value)[] attributes =
        [
            (1, 0x00089006, [0, 0, 1, 0]), (2, 0x00069002, new byte[14]), (2, 0x00018010, [.. Encoding.ASCII.GetBytes(name), 0]), (2, 0x0006800F, content.ToArray()),
        ];
        foreach (var (level, id, value) in attributes)
        {
            writer.Write(level);
            writer.Write(id);
            writer.Write(value.Length);
            writer.Write(value);
            writer.Write((ushort)value.Sum(static octet => octet));
        }
        return octets.ToArray();
    }

    private static MimeMessage MailOf(FilterRun run) => MimeMessage.Load(new MemoryStream(run.Message.ToArray()));
}
