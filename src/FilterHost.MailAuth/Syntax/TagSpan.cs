namespace FilterHost.MailAuth.Syntax;

/// <summary>Where a tag stands in its list: offsets into the list's octets.</summary>
/// <param name="Name">The name.</param>
/// <param name="Value">The value without the white space around it.</param>
/// <param name="RawValue">All octets between "=" and the next ";" or the end.</param>
internal readonly record struct TagSpan(Range Name, Range Value, Range RawValue);
