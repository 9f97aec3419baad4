using System.Diagnostics;

namespace FilterHost.MailAuth.Tests.Dmarc;

/// <summary>Mail::DMARC, which follows RFC 7489, in a process of its own: it is given requests line by line and answers them in order.</summary>
internal sealed class MailDmarc : IAsyncDisposable
{
    private const string Perl = "/usr/bin/perl";

    // A request: author domain, domain with an SPF pass, domains with a DKIM pass, then name=record for each TXT record, parted by tabs. The answer is its result, then the policy it would apply to mail that fails.
    // Every name exists, so that its own rule about names that do not is out of play; its public suffix list is the file that is given.
    private const string Script = """
        use strict; use warnings; no warnings qw(redefine once);
        use Mail::DMARC::PurePerl;
        my $list = shift @ARGV; my %zone;
        binmode STDIN, ':encoding(UTF-8)'; $SIG{__WARN__} = sub {};
        *Mail::DMARC::Base::find_psl_file = sub { $list };
        *Mail::DMARC::Base::has_dns_rr = *Mail::DMARC::Base::is_valid_domain = sub { 1 };
        { package Zone; sub new { bless {}, shift } sub send { bless [map { bless \(my $t = $_), 'Text' } @{$zone{lc $_[1]} || []}], 'Answer' } }
        { package Answer; sub answer { @{$_[0]} } }
        { package Text; sub type { 'TXT' } sub txtdata { ${$_[0]} } }
        $| = 1;
        while (<STDIN>) {
            chomp; my ($from, $spf, $dkim, @records) = split /\t/, $_, -1;
            %zone = ();
            for (@records) { my ($name, $text) = split /=/, $_, 2; push @{$zone{"_dmarc.$name"}}, $text; }
            my $dmarc = Mail::DMARC::PurePerl->new; $dmarc->set_resolver(Zone->new); $dmarc->config->{report_store}{auto_save} = 0;
            my $answer = eval {
                $dmarc->header_from($from); $dmarc->envelope_from($spf || $from);
                $dmarc->spf([{ domain => $spf || $from, scope => 'mfrom', result => $spf ? 'pass' : 'none' }]);
                $dmarc->dkim([map { { domain => $_, selector => 's', result => 'pass' } } grep { length } split /,/, $dkim]);
                my $result = $dmarc->validate; $result->result . ' ' . $result->disposition;
            };
            print defined $answer ? "$answer\n" : 'error: ' . ($@ =~ s/\n.*//sr) . "\n";
        }
        """;

    private readonly Process _process;
    private readonly Task<string> _error;

    private MailDmarc(Process process)
    {
        _process = process;
        _error = process.StandardError.ReadToEndAsync();
    }

    /// <summary>Starts it. The test is skipped where Mail::DMARC is absent, and fails where it is absent and CI is set.</summary>
    public static MailDmarc Start(string publicSuffixList)
    {
        var isThere = File.Exists(Perl) && File.Exists("/usr/share/perl5/Mail/DMARC.pm");
        Assert.True(isThere || string.IsNullOrEmpty(Environment.GetEnvironmentVariable("CI")), "Mail::DMARC is missing: libmail-dmarc-perl");
        if (!isThere)
            Assert.Skip("Mail::DMARC is missing: libmail-dmarc-perl");
        return new MailDmarc(Process.Start(new ProcessStartInfo(Perl, ["-e", Script, publicSuffixList]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!);
    }

    public async Task<List<string>> AskAsync(IReadOnlyList<string> requests)
    {
        var writing = WriteAsync(requests);
        var answers = new List<string>(requests.Count);
        while (answers.Count < requests.Count)
            answers.Add(await _process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) ?? throw new InvalidOperationException($"Mail::DMARC ended: {await _error}"));
        await writing;
        return answers;
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task WriteAsync(IReadOnlyList<string> requests)
    {
        foreach (var request in requests)
            await _process.StandardInput.WriteLineAsync(request);
        await _process.StandardInput.FlushAsync();
    }
}
