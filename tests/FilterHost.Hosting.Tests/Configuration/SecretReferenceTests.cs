using System.Runtime.Versioning;

namespace FilterHost.Hosting.Tests.Configuration;

[SupportedOSPlatform("linux")]
public sealed class SecretReferenceTests : IDisposable
{
    private const string Expected = "expected a reference: { file = \"…\" }, { env = \"…\" } or { credential = \"…\" }";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_file_gives_its_text_without_the_last_line_end()
    {
        var path = Private("s", "hunter2\n");
        Assert.Equal("hunter2", SettingsOf.Record<SampleSettings>($"password = {{ file = \"{path}\" }}").Password!.Reveal());
    }

    [Fact]
    public void The_environment_and_the_service_managers_credentials_give_secrets()
    {
        _folder.Write("token", "from systemd");
        string? Variable(string name) => name switch { "CREDENTIALS_DIRECTORY" => _folder.Path, "PW" => "from env", _ => null };
        var settings = SettingsOf.Record<SampleSettings>("password = { env = \"PW\" }\nsecrets = { a = { credential = \"token\" } }", Variable);
        Assert.Equal(("from env", "from systemd"), (settings.Password!.Reveal(), settings.Secrets["a"].Reveal()));
    }

    [Theory]
    [InlineData("password = \"hunter2\"", "f:1:12: password: " + Expected + ", found a string; the secret itself must not stand in this file")]
    [InlineData("password = [\"hunter2\"]", "f:1:12: password: " + Expected + ", found a list; the secret itself must not stand in this file")]
    [InlineData("password = { env = \"A\", file = \"hunter2\" }", "f:1:12: password: " + Expected + ", found a table with 2 keys; the secret itself must not stand in this file")]
    [InlineData("password = { value = \"hunter2\" }", "f:1:14: password.value: unknown key; " + Expected)]
    [InlineData("password = { env = 1 }", "f:1:20: password.env: " + Expected)]
    [InlineData("password = { env = \"NO\" }", "f:1:20: password.env: the environment variable 'NO' is not set")]
    [InlineData("password = { credential = \"x\" }", "f:1:27: password.credential: there are no credentials: $CREDENTIALS_DIRECTORY is not set (systemd sets it for LoadCredential= and SetCredential=)")]
    [InlineData("secrets = { a = \"hunter2\" }", "f:1:17: secrets.a: " + Expected + ", found a string; the secret itself must not stand in this file")]
    public void What_is_no_reference_is_refused_without_printing_it(string text, string line)
    {
        var problems = SettingsOf.Problems<SampleSettings>(text, _ => null);
        Assert.Equal(line, problems);
        Assert.DoesNotContain("hunter2", problems, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("..")]
    [InlineData("../etc/passwd")]
    public void A_credential_is_named_without_a_path(string name) =>
        Assert.Equal("f:1:27: password.credential: a credential is named without a path", SettingsOf.Problems<SampleSettings>($"password = {{ credential = \"{name}\" }}", _ => "/"));

    [Fact]
    public void A_file_that_others_can_read_is_refused_with_the_command_that_mends_it()
    {
        var path = Private("s", "hunter2");
        File.SetUnixFileMode(path, (UnixFileMode)0b110_100_100);
        Assert.Equal($"f:1:21: password.file: '{path}' has mode 0644: others can read it; mend it with: chmod o= '{path}'", SettingsOf.Problems<SampleSettings>($"password = {{ file = \"{path}\" }}"));
    }

    [Theory]
    [InlineData("missing", "cannot be read: there is no such file")]
    [InlineData("empty", "is empty, larger than 64k or not UTF-8")]
    [InlineData("large", "is empty, larger than 64k or not UTF-8")]
    [InlineData(".", "is a folder")]
    public void A_file_that_gives_no_secret_is_refused(string name, string reason)
    {
        Private("empty", "\n");
        Private("large", new string('x', 65537));
        var path = Path.GetFullPath(Path.Combine(_folder.Path, name));
        Assert.Equal($"f:1:21: password.file: '{path}' {reason}", SettingsOf.Problems<SampleSettings>($"password = {{ file = \"{path}\" }}"));
    }

    private string Private(string name, string text)
    {
        var path = _folder.Write(name, text);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return path;
    }
}
