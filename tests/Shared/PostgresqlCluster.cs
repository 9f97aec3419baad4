using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace FilterHost.Tests;

/// <summary>A real PostgreSQL of a test's own: a unix socket without passwords, a port on every address with them, and a certificate that names <c>localhost</c>.</summary>
internal sealed class PostgresqlCluster : IAsyncDisposable
{
    public const string User = "filterhost";

    /// <summary>One who is let in by TLS alone; it is the password as well.</summary>
    public const string TlsUser = "tls_only";

    public const string Password = "sëcret;'x";

    private static readonly string? Programs = Directory.Exists("/usr/lib/postgresql")
        ? Directory.GetDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin")).LastOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")))
        : null;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("fhpg");
    private Process? _server;

    private PostgresqlCluster() => Port = FreePort();

    /// <summary>The folder of the unix socket.</summary>
    public string Folder => _folder.FullName;

    public int Port { get; }

    /// <summary>The authority that the server's certificate comes from (PEM).</summary>
    public string Authority => Path.Combine(Folder, "ca.pem");

    private string Data => Path.Combine(Folder, "data");

    /// <summary>Makes and starts one; skips the test, or fails it where CI is set, where PostgreSQL is not installed.</summary>
    public static async Task<PostgresqlCluster> StartAsync()
    {
        Assert.True(Programs is not null || string.IsNullOrEmpty(Environment.GetEnvironmentVariable("CI")), "PostgreSQL is missing: the package postgresql");
        Assert.SkipWhen(Programs is null, "PostgreSQL is missing: the package postgresql");
        var cluster = new PostgresqlCluster();
        await cluster.MakeAsync();
        await cluster.StartServerAsync();
        await cluster.ExecuteAsync("postgres", $"CREATE ROLE {User} LOGIN PASSWORD '{Password.Replace("'", "''", StringComparison.Ordinal)}'; CREATE ROLE {TlsUser} LOGIN SUPERUSER PASSWORD '{TlsUser}'");
        return cluster;
    }

    /// <summary>Makes an empty database that belongs to <see cref="User"/>.</summary>
    public async Task<string> CreateDatabaseAsync()
    {
        var name = $"d{Guid.NewGuid():N}";
        await ExecuteAsync("postgres", $"CREATE DATABASE {name} OWNER {User}");
        return name;
    }

    /// <summary>Runs statements as the database's owner, and gives what they print.</summary>
    public Task<string> ExecuteAsync(string database, string statements) =>
        RunAsync("psql", ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", Folder, "-p", Text(Port), "-U", database == "postgres" ? "postgres" : User, "-d", database], statements);

    /// <summary>Starts the server where it does not run.</summary>
    public async Task StartServerAsync()
    {
        if (_server is { HasExited: false })
            return;
        _server = Start("postgres", ["-D", Data, "-p", Text(Port), "-k", Folder, "-c", "listen_addresses=*", "-c", "fsync=off", "-c", "ssl=on", "-c", $"ssl_cert_file={Folder}/server.pem", "-c", $"ssl_key_file={Folder}/server.key"]);
        _ = _server.StandardError.ReadToEndAsync();
        _ = _server.StandardOutput.ReadToEndAsync();
        _server.StandardInput.Close();
        var clock = Stopwatch.StartNew();
        while (!await AnswersAsync())
            Assert.True(clock.Elapsed < TimeSpan.FromMinutes(2) && !_server.HasExited, "PostgreSQL does not start");
    }

    /// <summary>Stops the server at once.</summary>
    public async Task StopServerAsync()
    {
        if (_server is null)
            return;
        // SIGQUIT: without waiting for clients, and with its children.
        await SignalAsync("-QUIT");
        await _server.WaitForExitAsync();
        _server.Dispose();
        _server = null;
    }

    /// <summary>Sends a signal to the server and to every process that serves a client.</summary>
    public async Task SignalAsync(string signal)
    {
        var server = Text(_server!.Id);
        using (var children = Process.Start(new ProcessStartInfo("/usr/bin/pkill", [signal, "-P", server]))!)
            await children.WaitForExitAsync();
        using var kill = Process.Start(new ProcessStartInfo("/bin/kill", [signal, server]))!;
        await kill.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopServerAsync();
        _folder.Delete(recursive: true);
    }

    private async Task MakeAsync()
    {
        if (Environment.IsPrivilegedProcess)
            await RunAsync("/bin/chown", ["postgres", Folder]);
        File.SetUnixFileMode(Folder, (UnixFileMode)0x1ED);
        await RunAsync("initdb", ["-A", "trust", "-N", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "-D", Data]);
        await File.WriteAllTextAsync(Path.Combine(Data, "pg_hba.conf"), "local all all trust\nhostssl all tls_only all scram-sha-256\nhostnossl all tls_only all reject\nhost all all all scram-sha-256\n");
        await MakeCertificatesAsync();
    }

    private async Task MakeCertificatesAsync()
    {
        var now = TimeProvider.System.GetUtcNow();
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=test authority", authorityKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        using var authority = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(2));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        var server = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        server.CertificateExtensions.Add(names.Build());
        using var certificate = server.Create(authority, now.AddDays(-1), now.AddDays(1), [1, 2, 3]);
        await File.WriteAllTextAsync(Authority, authority.ExportCertificatePem());
        await File.WriteAllTextAsync(Path.Combine(Folder, "server.pem"), certificate.ExportCertificatePem());
        var path = Path.Combine(Folder, "server.key");
        await File.WriteAllTextAsync(path, key.ExportPkcs8PrivateKeyPem());
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        if (Environment.IsPrivilegedProcess)
            await RunAsync("/bin/chown", ["postgres", path, Path.Combine(Data, "pg_hba.conf")]);
    }

    private async Task<bool> AnswersAsync()
    {
        using var ready = Start("pg_isready", ["-q", "-h", Folder, "-p", Text(Port)]);
        await ready.WaitForExitAsync();
        return ready.ExitCode == 0;
    }

    private static async Task<string> RunAsync(string program, string[] arguments, string input = "")
    {
        using var process = Start(program, arguments);
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program}: {await error}");
        return await output;
    }

    // PostgreSQL does not run as root.
    private static Process Start(string program, string[] arguments)
    {
        var isTheirs = !program.StartsWith('/');
        var path = isTheirs ? Path.Combine(Programs!, program) : program;
        var start = isTheirs && Environment.IsPrivilegedProcess
            ? new ProcessStartInfo("/usr/bin/setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", path, .. arguments])
            : new ProcessStartInfo(path, arguments);
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        start.WorkingDirectory = "/";
        return Process.Start(start)!;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
