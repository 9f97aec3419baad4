using System.Diagnostics;
using System.Text;
using System.Text.Json;
using FilterHost.Dns;

namespace FilterHost.MailAuth.Tests.Spf;

/// <summary>Another implementation of SPF in a process of its own: it is given a zone and all questions at once, and answers each with a line.</summary>
/// <param name="Name">Its name and version, as the test was written with.</param>
/// <param name="Package">The Debian package.</param>
/// <param name="File">A file of the package.</param>
/// <param name="Command">The interpreter.</param>
/// <param name="Script">What it runs.</param>
internal sealed record SpfPeer(string Name, string Package, string File, string Command, string Script)
{
    // A name below this one exists if the sum of its octets is even: what a macro expands to shows in the result.
    public const string EvenNames = ".even.test";

    /// <summary>pyspf. Its function that asks DNS is replaced.</summary>
    public static SpfPeer Pyspf { get; } = new("pyspf 2.0.14", "python3-spf", "/usr/lib/python3/dist-packages/spf.py", "/usr/bin/python3", """
        import sys, json, base64, spf
        setup = json.loads(sys.stdin.readline())
        records, failing = {}, set(setup['failing'])
        for name, kind, value in setup['records']:
            records.setdefault((name, kind), []).append(value)
        def value(kind, text):
            return (10, text) if kind == 'MX' else [base64.b64decode(text)] if kind == 'TXT' else text
        def ask(name, kind, strict=True, timeout=20):
            name = name.lower().rstrip('.')
            if name in failing:
                raise spf.TempError('no answer')
            if name.endswith('.even.test') and kind == 'A' and sum(name.encode()) % 2 == 0:
                return [((name, kind), '127.0.0.2')]
            return [((name, kind), value(kind, text)) for text in records.get((name, kind), [])]
        spf.DNSLookup = ask
        for line in sys.stdin:
            request = json.loads(line)
            try:
                query = spf.query(request['client'], request['sender'], request['helo'], receiver='mx.test', strict=True, querytime=0)
                query.set_default_explanation('')
                result, code, text = query.check()
                answer = [result, text if result == 'fail' else '', text]
            except Exception as error:
                answer = ['exception', '', repr(error)]
            print(json.dumps(answer))
        """);

    /// <summary>Mail::SPF. It is given a resolver of its own.</summary>
    public static SpfPeer MailSpf { get; } = new("Mail::SPF 2.9.0", "libmail-spf-perl", "/usr/share/perl5/Mail/SPF.pm", "/usr/bin/perl", """
        use strict; use warnings;
        use JSON::PP; use MIME::Base64; use Net::DNS; use Mail::SPF;
        my $setup = decode_json(scalar <STDIN>);
        our (%records, %failing);
        push @{$records{"$_->[0] $_->[1]"}}, $_->[2] for @{$setup->{records}};
        $failing{$_} = 1 for @{$setup->{failing}};
        package Zone;
        sub errorstring { $_[0]->{error} }
        sub send {
            my ($self, $name, $type) = @_;
            $name = lc $name; $name =~ s/\.$//;
            $self->{error} = $main::failing{$name} ? 'query timed out' : 'NOERROR';
            return undef if $main::failing{$name};
            my $packet = Net::DNS::Packet->new('x.test', $type, 'IN');
            my @values = @{$main::records{"$name $type"} || []};
            my $sum = 0; $sum += $_ for unpack 'C*', $name;
            @values = ('127.0.0.2') if $type eq 'A' && $name =~ /\.even\.test$/ && $sum % 2 == 0;
            for my $value (@values) {
                my %data = $type eq 'TXT' ? (txtdata => [MIME::Base64::decode_base64($value)]) : $type eq 'MX' ? (preference => 10, exchange => $value)
                    : $type eq 'PTR' ? (ptrdname => $value) : (address => $value);
                $packet->push(answer => Net::DNS::RR->new(owner => 'x.test', type => $type, %data));
            }
            return $packet;
        }
        package main;
        my $server = Mail::SPF::Server->new(dns_resolver => bless({ error => 'NOERROR' }, 'Zone'), hostname => 'mx.test', default_authority_explanation => '');
        while (<STDIN>) {
            my $request = decode_json($_);
            my $answer = eval {
                my $result = $server->process(Mail::SPF::Request->new(
                    versions => [1], scope => 'mfrom', identity => $request->{sender} || "postmaster\@$request->{helo}",
                    ip_address => $request->{client}, helo_identity => $request->{helo}));
                [$result->code, $result->code eq 'fail' ? '' . $result->authority_explanation : '', '' . $result->local_explanation];
            } || ['exception', '', "$@"];
            print encode_json($answer), "\n";
        }
        """);

    /// <summary>Skips the test where the peer is absent; fails it where CI is set.</summary>
    public void Require()
    {
        var isThere = System.IO.File.Exists(Command) && System.IO.File.Exists(File);
        Assert.True(isThere || string.IsNullOrEmpty(Environment.GetEnvironmentVariable("CI")), $"{Name} is missing: {Package}");
        if (!isThere)
            Assert.Skip($"{Name} is missing: {Package}");
    }

    /// <summary>Result, explanation and reason of each question.</summary>
    public async Task<IReadOnlyList<(string Word, string Explanation, string Reason)>> AskAsync(SpfZone zone, IReadOnlyList<string> failing, IEnumerable<SpfQuestion> questions)
    {
        var records = zone.Records.Select(static entry => new[] { entry.Name, entry.Type.ToString().ToUpperInvariant(), ValueOf(entry.Record) });
        var lines = questions.Select(static question => JsonSerializer.Serialize(new Dictionary<string, string> { ["client"] = question.Client, ["sender"] = question.Sender, ["helo"] = question.Helo }))
            .Prepend(JsonSerializer.Serialize(new Dictionary<string, object> { ["records"] = records, ["failing"] = failing }))
            .ToList();
        using var process = Process.Start(new ProcessStartInfo(Command, [Command.EndsWith("perl", StringComparison.Ordinal) ? "-e" : "-c", Script])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(false),
        })!;
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        // Both pipes are bounded: what is asked must not wait for what is answered.
        var writing = Task.Run(async () =>
        {
            foreach (var line in lines)
                await process.StandardInput.WriteLineAsync(line);
            process.StandardInput.Close();
        });
        var answers = new List<(string, string, string)>();
        while (await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            var answer = JsonSerializer.Deserialize<string[]>(line)!;
            answers.Add((answer[0], answer[1], answer[2]));
        }
        await writing;
        Assert.True(answers.Count == lines.Count - 1, await error);
        return answers;
    }

    private static string ValueOf(DnsRecord record) => record switch
    {
        DnsRecord.Address address => address.Value.ToString(),
        DnsRecord.MailExchanger exchanger => exchanger.Exchange!.ToString(),
        DnsRecord.Pointer pointer => pointer.Name.ToString(),
        DnsRecord.Text text => Convert.ToBase64String(text.Value.Span),
        _ => throw new ArgumentOutOfRangeException(nameof(record)),
    };
}
