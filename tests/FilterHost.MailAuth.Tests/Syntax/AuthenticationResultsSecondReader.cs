using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace FilterHost.MailAuth.Tests.Syntax;

/// <summary>Mail::AuthenticationResults, once over a file of fields: for each its results, and in them "name=value" for each property and reason.</summary>
/// <remarks>It knows no quoted pairs, and takes the domain behind a quoted local part for a word of its own, after which it can read no more of the result.</remarks>
internal static class AuthenticationResultsSecondReader
{
    private const string Perl = "/usr/bin/perl";

    // A field is a line in base64; so is each value, which may hold any octet.
    private const string Script = """
        use strict; use warnings;
        use MIME::Base64; use JSON::PP; use Mail::AuthenticationResults::Parser;
        open(my $fields, '<', $ARGV[0]) or die;
        while (<$fields>) {
            my $text = decode_base64($_);
            my $results = eval {
                [map { my $result = $_; [encode_base64($result->key . '=' . $result->value, ''), map { encode_base64($_->key . '=' . ($_->value // ''), '') } grep { ref =~ /SubEntry$/ } @{$result->children}] }
                    @{Mail::AuthenticationResults::Parser->new($text)->parsed->children}];
            };
            print JSON::PP->new->ascii->encode($results // [['error: ' . $@]]), "\n";
        }
        """;

    /// <summary>Reads the fields. The test is skipped where the reader is absent, and fails where it is absent and CI is set.</summary>
    public static async Task<List<List<List<string>>>> ReadAsync(IReadOnlyCollection<HeaderField> fields)
    {
        var isThere = File.Exists(Perl) && File.Exists("/usr/share/perl5/Mail/AuthenticationResults/Parser.pm");
        Assert.True(isThere || string.IsNullOrEmpty(Environment.GetEnvironmentVariable("CI")), "Mail::AuthenticationResults is missing: libmail-authenticationresults-perl");
        if (!isThere)
            Assert.Skip("Mail::AuthenticationResults is missing: libmail-authenticationresults-perl");
        var path = Path.GetTempFileName();
        try
        {
            await File.WriteAllLinesAsync(path, fields.Select(static field => Convert.ToBase64String(field.Body.Span)), TestContext.Current.CancellationToken);
            return await RunAsync(path);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static async Task<List<List<List<string>>>> RunAsync(string path)
    {
        using var process = Process.Start(new ProcessStartInfo(Perl, ["-e", Script, path]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var answers = new List<List<List<string>>>();
        while (await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
            answers.Add([.. JsonSerializer.Deserialize<List<List<string>>>(line)!.Select(static result => result.ConvertAll(Decode))]);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, await error);
        return answers;
    }

    private static string Decode(string text) => text.StartsWith("error", StringComparison.Ordinal) ? text : Encoding.UTF8.GetString(Convert.FromBase64String(text));
}
