using System.Buffers.Binary;
using DnsClient;
using DnsClient.Protocol;
using DnsClient.Protocol.Options;
using FilterHost.Dns;

namespace FilterHost.Plugins.DnsResolver;

/// <summary>A server's reply, read as the answer to a question.</summary>
internal sealed class WireReply(IDnsQueryResponse reply, bool isTrusted)
{
    // RFC 1034 §3.6.2 sets no bound to a chain of aliases; resolvers give up at about this.
    private const int MaximumAliases = 16;

    private static readonly DnsAnswer Failure = new() { Outcome = DnsOutcome.ServerFailure };

    private OptRecord? Options => reply.Additionals.OfType<OptRecord>().FirstOrDefault();

    public DnsAnswer AnswerTo(DomainName name, DnsRecordType type)
    {
        if (!Repeats(name, type))
            return Failure;
        var isAbsent = reply.Header.ResponseCode is DnsHeaderResponseCode.NotExistentDomain;
        if (!isAbsent && !HasSucceeded())
            return Failure with { Security = isTrusted && IsBogus() ? DnsSecurity.Bogus : DnsSecurity.Unknown };
        if (!TryFollowAliases(name, out var end, out var timeToLive))
            return Failure;
        var records = isAbsent ? [] : RecordsOf(end, type, ref timeToLive);
        if (records.Count == 0 && !TryReadNegativeTimeToLive(isAbsent, ref timeToLive))
            return Failure;
        return new DnsAnswer
        {
            Outcome = isAbsent ? DnsOutcome.NxDomain : records.Count > 0 ? DnsOutcome.Records : DnsOutcome.NoData,
            Records = records,
            CanonicalName = end.Equals(name) ? null : end,
            TimeToLive = TimeSpan.FromSeconds(timeToLive),
            Security = isTrusted && reply.Header.IsAuthenticData ? DnsSecurity.Secure : DnsSecurity.Unknown,
        };
    }

    // RFC 5452 §9.1: a reply counts only if its question section is equal to that of the query. HasQuery is the QR bit, set in replies (RFC 1035 §4.1.1).
    private bool Repeats(DomainName name, DnsRecordType type) =>
        reply.Header is { HasQuery: true, OPCode: DnsOpCode.Query }
        && reply.Questions is [var question]
        && question.QuestionType == (QueryType)type
        && question.QuestionClass == QueryClass.IN
        && question.QueryName.Original.Equals($"{name}.", StringComparison.OrdinalIgnoreCase);

    // RFC 6891 §6.1.3: the upper bits of the response code are in the OPT record.
    private bool HasSucceeded() =>
        reply.Header.ResponseCode is DnsHeaderResponseCode.NoError && (Options is null or { ResponseCodeEx: DnsResponseCode.NoError });

    private bool TryFollowAliases(DomainName name, out DomainName end, out int timeToLive)
    {
        end = name;
        timeToLive = int.MaxValue;
        for (var depth = 0; depth <= MaximumAliases; depth++)
        {
            var owner = end;
            if (reply.Answers.OfType<CNameRecord>().FirstOrDefault(record => owner.Equals(WireName.OwnerOf(record))) is not { } alias)
                return true;
            if (WireName.Read(alias.CanonicalName) is not { } target)
                return false;
            timeToLive = Math.Min(timeToLive, TimeToLiveOf(alias));
            end = target;
        }
        return false;
    }

    private List<DnsRecord> RecordsOf(DomainName name, DnsRecordType type, ref int timeToLive)
    {
        var records = new List<DnsRecord>();
        foreach (var record in reply.Answers)
        {
            if (record.RecordType != (ResourceRecordType)type || !name.Equals(WireName.OwnerOf(record)) || RecordOf(record) is not { } known)
                continue;
            records.Add(known);
            timeToLive = Math.Min(timeToLive, TimeToLiveOf(record));
        }
        return records;
    }

    private static DnsRecord? RecordOf(DnsResourceRecord record) => record switch
    {
        TxtRecord text => new DnsRecord.Text(TextOctets.Join(text.Text, text.EscapedText)),
        AddressRecord address => new DnsRecord.Address(address.Address),
        MxRecord exchanger => new DnsRecord.MailExchanger(exchanger.Preference, WireName.Read(exchanger.Exchange)),
        PtrRecord pointer when WireName.Read(pointer.PtrDomainName) is { } target => new DnsRecord.Pointer(target),
        _ => null,
    };

    private bool TryReadNegativeTimeToLive(bool isAbsent, ref int timeToLive)
    {
        if (reply.Authorities.OfType<SoaRecord>().FirstOrDefault() is { } soa)
        {
            // RFC 2308 §5: the lesser of the SOA record's own time to live and its MINIMUM field.
            timeToLive = Math.Min(timeToLive, (int)Math.Min(TimeToLiveOf(soa), soa.Minimum));
            return true;
        }
        // "Negative responses without SOA records SHOULD NOT be cached."
        timeToLive = 0;
        // RFC 2308 §2.2: name servers without the SOA record are a referral, which a recursive server never gives.
        return isAbsent || !reply.Authorities.OfType<NsRecord>().Any();
    }

    // RFC 2181 §8: one with the most significant bit set counts as zero. The library's other property counts down by the clock of the machine.
    private static int TimeToLiveOf(DnsResourceRecord record) => Math.Max(0, record.InitialTimeToLive);

    // RFC 8914 §4.7 to §4.13: codes 6 to 12 say that validation failed, and why.
    private bool IsBogus()
    {
        ReadOnlySpan<byte> options = Options?.Data;
        while (options.Length >= 4)
        {
            var (code, length) = (BinaryPrimitives.ReadUInt16BigEndian(options), BinaryPrimitives.ReadUInt16BigEndian(options[2..]));
            options = options[4..];
            if (length > options.Length)
                return false;
            if (code == 15 && length >= 2 && BinaryPrimitives.ReadUInt16BigEndian(options) is >= 6 and <= 12)
                return true;
            options = options[length..];
        }
        return false;
    }
}
