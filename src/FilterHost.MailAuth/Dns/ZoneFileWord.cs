namespace FilterHost.MailAuth.Dns;

/// <summary>One word or quoted string of a zone file; octets are what escapes stand for.</summary>
internal readonly record struct ZoneFileWord(string Text, byte[] Octets);
