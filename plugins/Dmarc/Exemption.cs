namespace FilterHost.Plugins.Dmarc;

/// <summary>Why mail is accepted whatever it fails.</summary>
/// <param name="Reason">In the words of RFC 9990: <c>local_policy</c>, <c>mailing_list</c>, <c>trusted_forwarder</c>.</param>
/// <param name="Detail">What it goes by.</param>
internal readonly record struct Exemption(string Reason, string Detail);
