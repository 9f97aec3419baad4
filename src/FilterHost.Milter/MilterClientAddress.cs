namespace FilterHost.Milter;

/// <summary>The SMTP client as SMFIC_CONNECT gives it.</summary>
/// <param name="HostName">The name that the MTA found, or the address in brackets.</param>
/// <param name="Family">U unknown, L local socket, 4 IPv4, 6 IPv6.</param>
/// <param name="Port">The client's port; 0 where unknown.</param>
/// <param name="Address">The address as text, or the socket's path; Sendmail writes <c>IPv6:</c> before an IPv6 address.</param>
public readonly record struct MilterClientAddress(ReadOnlyMemory<byte> HostName, char Family, ushort Port, ReadOnlyMemory<byte> Address);
