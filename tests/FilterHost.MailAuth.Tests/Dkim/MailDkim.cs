using System.Diagnostics;

namespace FilterHost.MailAuth.Tests.Dkim;

/// <summary>Mail::DKIM in a process of its own: it is given requests line by line and answers them in order.</summary>
internal sealed class MailDkim : IAsyncDisposable
{
    private const string Perl = "/usr/bin/perl";

    // A request is a word and a message in base64: "verify", or the canonicalization to sign with. An answer is one line.
    private const string Script = """
        use strict; use warnings;
        use MIME::Base64; use Mail::DKIM::Verifier; use Mail::DKIM::Signer; use Mail::DKIM::PrivateKey;
        chomp(my $record = <STDIN>); chomp(my $private = <STDIN>);
        my $key = Mail::DKIM::PrivateKey->load(Data => $private);
        { no warnings; *Mail::DKIM::DNS::query = sub { $_[0] eq 'rsa._domainkey.example.com' ? bless({}, 'Fixed') : () }; }
        sub Fixed::type { 'TXT' } sub Fixed::txtdata { $record }
        $| = 1;
        while (<STDIN>) {
            my ($what, $message) = split;
            my $answer = eval {
                my $dkim = $what eq 'verify' ? Mail::DKIM::Verifier->new()
                    : Mail::DKIM::Signer->new(Algorithm => 'rsa-sha256', Method => $what, Domain => 'example.com', Selector => 'rsa', Key => $key);
                $dkim->PRINT(decode_base64($message)); $dkim->CLOSE;
                $what eq 'verify' ? $dkim->result_detail : encode_base64($dkim->signature->as_string, '');
            };
            print defined $answer ? "$answer\n" : 'error: ' . ($@ =~ s/\n.*//sr) . "\n";
        }
        """;

    private readonly Process _process;
    private readonly Task<string> _error;

    private MailDkim(Process process)
    {
        _process = process;
        _error = process.StandardError.ReadToEndAsync();
    }

    /// <summary>Starts it. The test is skipped where Mail::DKIM is absent, and fails where it is absent and CI is set.</summary>
    public static async Task<MailDkim> StartAsync()
    {
        var isThere = File.Exists(Perl) && File.Exists("/usr/share/perl5/Mail/DKIM.pm");
        Assert.True(isThere || string.IsNullOrEmpty(Environment.GetEnvironmentVariable("CI")), "Mail::DKIM is missing: libmail-dkim-perl");
        if (!isThere)
            Assert.Skip("Mail::DKIM is missing: libmail-dkim-perl");
        var process = Process.Start(new ProcessStartInfo(Perl, ["-e", Script]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        await process.StandardInput.WriteLineAsync("v=DKIM1; p=" + Signing.RsaPublic);
        await process.StandardInput.WriteLineAsync(string.Concat(Signing.RsaPrivatePem.Split('\n').Where(static line => !line.StartsWith('-'))));
        return new MailDkim(process);
    }

    /// <summary>What it says of the topmost signature of each message: "pass", or the result and why.</summary>
    public Task<List<string>> VerifyAsync(IReadOnlyList<RawMessage> messages) => AskAsync([.. messages.Select(static message => ("verify", message))]);

    /// <summary>Its signature for each message, or why it makes none.</summary>
    public async Task<List<(HeaderField? Signature, string Answer)>> SignAsync(IReadOnlyList<(string Canonicalization, RawMessage Message)> requests) =>
        [.. (await AskAsync(requests)).Select(static answer =>
            answer.StartsWith("error", StringComparison.Ordinal) ? (default(HeaderField?), answer) : (RawMessage.FieldOf(Convert.FromBase64String(answer)), ""))];

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task<List<string>> AskAsync(IReadOnlyList<(string What, RawMessage Message)> requests)
    {
        // Both pipes are bounded: what is asked must not wait for what is answered.
        var asking = Task.Run(async () =>
        {
            foreach (var (what, message) in requests)
                await _process.StandardInput.WriteLineAsync($"{what} {Convert.ToBase64String(message.ToOctets())}");
            await _process.StandardInput.FlushAsync();
        });
        var answers = new List<string>();
        while (answers.Count < requests.Count)
            answers.Add(await _process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) ?? throw new InvalidOperationException($"Mail::DKIM ended: {await _error}"));
        await asking;
        return answers;
    }
}
