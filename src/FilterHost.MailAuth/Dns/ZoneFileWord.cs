namespace FilterHost.MailAuth.Dns;

/// <summary>One word or quoted string of a zone file: as it is written, without quotation marks, and the octets that it stands for.</summary>
internal readonly record struct ZoneFileWord(string Text, byte[] Octets, bool HasEscapedDot);
