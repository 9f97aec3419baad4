namespace FilterHost.MailAuth.Tests.Spf;

/// <summary>A client, what it says, and the record that it meets.</summary>
internal sealed record SpfQuestion(string Client, string Sender, string Helo, string Record);
