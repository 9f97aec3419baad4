using System.Globalization;
using System.Net;
using System.Text;
using FilterHost.Dns;

namespace FilterHost.MailAuth.Spf;

/// <summary>One evaluation: check_host() of RFC 7208 §4, with the counters that all its records share.</summary>
internal sealed class SpfRun(SpfRequest request, SpfOptions options, SpfRecordCache records, IDnsResolver resolver, TimeProvider time, CancellationToken cancellationToken)
{
    // RFC 7208 §4.6.4: of MX records more than 10 are an error, since the domain's owner publishes them; of PTR records, which the client's owner publishes, the rest is ignored.
    private const int MaximumExchangers = 10;
    private const int MaximumPointers = 10;

    // An explanation is one line of a reply.
    private const int MaximumExplanationText = 2048;
    private const int MaximumExplanation = 400;

    private readonly IPAddress _client = request.ClientAddress!;
    private ClientNames? _clientNames;
    private int _lookups;
    private int _voidLookups;

    public async ValueTask<Finding> CheckHostAsync(DomainName domain)
    {
        for (var isRedirected = false; ; isRedirected = true)
        {
            var (record, problem) = await FindRecordAsync(domain).ConfigureAwait(false);
            if (record is null)
            {
                // RFC 7208 §6.1: "if no SPF record is found, or if the <target-name> is malformed, the result is a "permerror" rather than "none"."
                return isRedirected && problem!.Outcome == SpfOutcome.None ? new Finding(SpfOutcome.PermError, $"redirected to {domain}: {problem.Reason}") : problem!;
            }
            foreach (var directive in record.Directives)
            {
                var match = await MatchAsync(directive, domain).ConfigureAwait(false);
                if (match.Error is not null)
                    return match.Error;
                if (match.IsMatch)
                    return new Finding(directive.Outcome) { Mechanism = directive.Text, MatchWidth = match.Width, Explanation = record.Explanation, Domain = domain };
            }
            // RFC 7208 §4.7: "If none of the mechanisms match and there is no "redirect" modifier, then the check_host() returns a result of "neutral"".
            if (record.Redirect is null)
                return new Finding(SpfOutcome.Neutral, "no mechanism matched");
            if (CountLookup() is { } excess)
                return excess;
            var (target, error) = await TargetAsync(record.Redirect, domain).ConfigureAwait(false);
            if (error is not null)
                return error;
            if (target is null)
                return new Finding(SpfOutcome.PermError, "redirect to what is no domain name");
            domain = target;
        }
    }

    /// <summary>
    /// Fetches what the domain says to those whose mail fails. RFC 7208 §6.2: where there is not exactly one TXT record, it cannot be looked up or has a syntax error, "proceed as if no exp
    /// modifier was given".
    /// </summary>
    public async ValueTask<string?> ExplainAsync(Finding finding)
    {
        if (finding.Explanation is null || finding.Domain is not { } domain)
            return null;
        var name = finding.Explanation.Expand(await ValuesAsync(domain, finding.Explanation.UsesValidatedName).ConfigureAwait(false));
        if (name is null)
            return null;
        var answer = await ResolveAsync(name, DnsRecordType.Txt).ConfigureAwait(false);
        if (answer.Records is not [DnsRecord.Text { Value: { Length: <= MaximumExplanationText } octets }] || !Ascii.IsValid(octets.Span))
            return null;
        if (!MacroString.TryParseExplanation(Encoding.ASCII.GetString(octets.Span), out var macros))
            return null;
        var text = new StringBuilder();
        macros.Expand(text, await ValuesAsync(domain, macros.Uses("p")).ConfigureAwait(false), static text => text.Length >= MaximumExplanation);
        // Values come from the client: a HELO name or local part may hold anything.
        return SmtpReply.Clean(text.ToString(0, Math.Min(text.Length, MaximumExplanation)));
    }

    // RFC 7208 §4.3 to §4.5.
    private async ValueTask<(SpfRecord? Record, Finding? Problem)> FindRecordAsync(DomainName domain)
    {
        if (domain.LabelCount < 2)
            return (null, new Finding(SpfOutcome.None, "the domain has a single label"));
        var answer = await ResolveAsync(domain, DnsRecordType.Txt).ConfigureAwait(false);
        if (answer.IsTemporary)
            return (null, Unanswered(domain));
        SpfRecord? found = null;
        foreach (var entry in answer.Records)
        {
            if (entry is not DnsRecord.Text text || !SpfRecord.IsMarked(text.Value.Span))
                continue;
            if (found is not null)
                return (null, new Finding(SpfOutcome.PermError, $"{domain} has several SPF records"));
            found = records.Parse(text.Value);
        }
        if (found is null)
            return (null, new Finding(SpfOutcome.None, $"{domain} has no SPF record"));
        return found.Problem is null ? (found, null) : (null, new Finding(SpfOutcome.PermError, $"record of {domain}: {found.Problem}"));
    }

    private async ValueTask<Match> MatchAsync(SpfDirective directive, DomainName domain)
    {
        switch (directive.Mechanism)
        {
            case SpfMechanism.All:
                return new Match(true, AddressPrefix.BitsOf(_client));
            case SpfMechanism.Ip4 or SpfMechanism.Ip6:
                return MatchAddress(directive, directive.Network!);
        }
        if (CountLookup() is { } excess)
            return Match.Ends(excess);
        var target = domain;
        if (directive.Target is not null)
        {
            var (name, error) = await TargetAsync(directive.Target, domain).ConfigureAwait(false);
            if (error is not null)
                return Match.Ends(error);
            // RFC 7208 §5.2: an include of a name that can have no record is as one of a name without record.
            if (name is null)
                return directive.Mechanism == SpfMechanism.Include ? Match.Ends(new Finding(SpfOutcome.PermError, "include of what is no domain name")) : Match.No;
            target = name;
        }
        return directive.Mechanism switch
        {
            SpfMechanism.Include => await MatchIncludeAsync(target).ConfigureAwait(false),
            SpfMechanism.A => await MatchAddressesAsync(directive, target).ConfigureAwait(false),
            SpfMechanism.Mx => await MatchExchangersAsync(directive, target).ConfigureAwait(false),
            SpfMechanism.Ptr => await MatchPointerAsync(target).ConfigureAwait(false),
            _ => await MatchExistsAsync(directive, target).ConfigureAwait(false),
        };
    }

    // RFC 7208 §5.2, the table.
    private async ValueTask<Match> MatchIncludeAsync(DomainName target)
    {
        var finding = await CheckHostAsync(target).ConfigureAwait(false);
        return finding.Outcome switch
        {
            SpfOutcome.Pass => new Match(true, finding.MatchWidth),
            SpfOutcome.TempError or SpfOutcome.PermError => Match.Ends(finding),
            SpfOutcome.None => Match.Ends(new Finding(SpfOutcome.PermError, $"include: {finding.Reason}")),
            _ => Match.No,
        };
    }

    // RFC 7208 §5.3. Only addresses of the client's family can match (§5).
    private async ValueTask<Match> MatchAddressesAsync(SpfDirective directive, DomainName name)
    {
        var (answer, error) = await AskAsync(name, AddressType).ConfigureAwait(false);
        if (error is not null)
            return Match.Ends(error);
        foreach (var record in answer.Records)
        {
            if (record is DnsRecord.Address address && MatchAddress(directive, address.Value) is { IsMatch: true } match)
                return match;
        }
        return Match.No;
    }

    // RFC 7208 §5.4: without MX records nothing matches; the implicit MX of RFC 5321 is not for SPF.
    private async ValueTask<Match> MatchExchangersAsync(SpfDirective directive, DomainName name)
    {
        var (answer, error) = await AskAsync(name, DnsRecordType.Mx).ConfigureAwait(false);
        if (error is not null)
            return Match.Ends(error);
        // Judged before any is asked for: DNS gives no order, so the result must not hang on one.
        if (answer.Records.Count > MaximumExchangers)
            return Match.Ends(new Finding(SpfOutcome.PermError, $"{name} has more than {MaximumExchangers} MX records"));
        foreach (var record in answer.Records)
        {
            if (record is not DnsRecord.MailExchanger { Exchange: { } exchange })
                continue;
            var match = await MatchAddressesAsync(directive, exchange).ConfigureAwait(false);
            if (match.IsMatch || match.Error is not null)
                return match;
        }
        return Match.No;
    }

    // RFC 7208 §5.5
    private async ValueTask<Match> MatchPointerAsync(DomainName target)
    {
        var names = await ClientNamesAsync().ConfigureAwait(false);
        if (names.Problem is not null)
            return Match.Ends(names.Problem);
        for (var i = 0; i < names.Count; i++)
        {
            if (!names[i].IsSameOrBelow(target))
                continue;
            if (await IsValidatedAsync(names, i).ConfigureAwait(false))
                return new Match(true);
            if (names.Problem is not null)
                return Match.Ends(names.Problem);
        }
        return Match.No;
    }

    // RFC 7208 §5.7: "The resulting domain name is used for a DNS A RR lookup (even when the connection type is IPv6)."
    private async ValueTask<Match> MatchExistsAsync(SpfDirective directive, DomainName name)
    {
        var (answer, error) = await AskAsync(name, DnsRecordType.A).ConfigureAwait(false);
        if (error is not null)
            return Match.Ends(error);
        // What a name made of the client's address says about the width, only its zone knows.
        return answer.Records.Count == 0 ? Match.No : new Match(true, directive.Target!.LooksAtClient ? null : AddressPrefix.BitsOf(_client));
    }

    private Match MatchAddress(SpfDirective directive, IPAddress address)
    {
        var bits = directive.PrefixFor(address);
        return AddressPrefix.Matches(_client, address, bits) ? new Match(true, AddressPrefix.BitsOf(_client) - bits) : Match.No;
    }

    private async ValueTask<(DomainName? Name, Finding? Error)> TargetAsync(DomainSpec target, DomainName domain)
    {
        if (!target.UsesValidatedName)
            return (target.Expand(new MacroValues(request, domain, null, default)), null);
        // RFC 7208 §4.6.4: "When evaluating the "ptr" mechanism or the %{p} macro, the number of "PTR" resource records queried is included in the overall limit". We ask once.
        if (_clientNames is null && CountLookup() is { } excess)
            return (null, excess);
        var values = await ValuesAsync(domain, needsValidatedName: true).ConfigureAwait(false);
        return _clientNames!.Problem is null ? (target.Expand(values), null) : (null, _clientNames.Problem);
    }

    private async ValueTask<MacroValues> ValuesAsync(DomainName domain, bool needsValidatedName) =>
        new(request, domain, needsValidatedName ? await ValidatedNameAsync(domain).ConfigureAwait(false) : null, time.GetUtcNow());

    // RFC 7208 §7.3: the domain itself if it is among the validated names, else one below it, else any.
    private async ValueTask<string?> ValidatedNameAsync(DomainName domain)
    {
        var names = await ClientNamesAsync().ConfigureAwait(false);
        foreach (var index in names.InOrderFor(domain))
        {
            if (await IsValidatedAsync(names, index).ConfigureAwait(false))
                return names[index].ToString();
        }
        return null;
    }

    // RFC 7208 §5.5: "If a DNS error occurs while doing the PTR RR lookup, then this mechanism fails to match."
    private async ValueTask<ClientNames> ClientNamesAsync()
    {
        if (_clientNames is not null)
            return _clientNames;
        var name = DomainName.Parse(string.Create(CultureInfo.InvariantCulture, $"{ReverseName()}.arpa"));
        var answer = await ResolveAsync(name, DnsRecordType.Ptr).ConfigureAwait(false);
        _clientNames = new ClientNames(answer.Records, MaximumPointers);
        if (answer.Outcome == DnsOutcome.BudgetSpent)
            _clientNames.Problem = Unanswered(name);
        return _clientNames;
    }

    private string ReverseName()
    {
        var values = new MacroValues(request, request.Domain!, null, default);
        var text = new StringBuilder();
        new MacroPart { Letter = 'i', IsReversed = true }.AppendTo(text, values.Of('i'));
        return text.Append('.').Append(values.Of('v')).ToString();
    }

    // "If a DNS error occurs while doing an A RR lookup, then that domain name is skipped and the search continues." What finds nothing here is not counted: the client's owner publishes these
    // names, and could turn the domain's fail into an error with them.
    private async ValueTask<bool> IsValidatedAsync(ClientNames names, int index)
    {
        if (names.IsValidated(index) is { } known)
            return known;
        var answer = await ResolveAsync(names[index], AddressType).ConfigureAwait(false);
        if (answer.Outcome == DnsOutcome.BudgetSpent)
            names.Problem = Unanswered(names[index]);
        var isValidated = false;
        foreach (var record in answer.Records)
            isValidated |= record is DnsRecord.Address address && AddressPrefix.Matches(_client, address.Value, AddressPrefix.BitsOf(_client));
        names.Validate(index, isValidated);
        return isValidated;
    }

    private DnsRecordType AddressType => AddressPrefix.BitsOf(_client) == AddressPrefix.Ip4Bits ? DnsRecordType.A : DnsRecordType.Aaaa;

    private Finding? CountLookup() =>
        ++_lookups > options.MaximumLookups ? new Finding(SpfOutcome.PermError, $"more than {options.MaximumLookups} terms ask DNS") : null;

    /// <summary>Asks for a mechanism: failures end the evaluation, and answers without records are counted.</summary>
    private async ValueTask<(DnsAnswer Answer, Finding? Error)> AskAsync(DomainName name, DnsRecordType type)
    {
        var answer = await ResolveAsync(name, type).ConfigureAwait(false);
        if (answer.IsTemporary)
            return (answer, Unanswered(name));
        // RFC 7208 §4.6.4: "void lookups" are answers without records and names that do not exist.
        if (answer.Records.Count == 0 && ++_voidLookups > options.MaximumVoidLookups)
            return (answer, new Finding(SpfOutcome.PermError, $"more than {options.MaximumVoidLookups} questions found nothing"));
        return (answer, null);
    }

    // A resolver that does not heed the token must not hold up the mail.
    private async ValueTask<DnsAnswer> ResolveAsync(DomainName name, DnsRecordType type)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var pending = resolver.ResolveAsync(name, type, cancellationToken);
        return pending.IsCompletedSuccessfully ? pending.Result : await pending.AsTask().WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    private static Finding Unanswered(DomainName name) => new(SpfOutcome.TempError, $"{name} could not be looked up");
}
