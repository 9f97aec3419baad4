using FilterHost.Milter;

namespace FilterHost.Hosting.Foreign;

/// <summary>Asks a milter before there is mail whether it is there, and whether it would do more than it may. Both may change while the host runs, so neither stops the start.</summary>
internal sealed class ForeignMilterCheck(ForeignMilter milter) : IPluginLifetime
{
    private static readonly (MilterActions Action, string What, string Setting)[] Permissions =
    [
        (MilterActions.AddHeaders, "to add header fields", "edits_fields"),
        (MilterActions.ChangeHeaders, "to change header fields", "edits_fields"),
        (MilterActions.ChangeBody, "to replace the body", "edits_body"),
        (MilterActions.AddRecipients | MilterActions.AddRecipientsWithParameters, "to add recipients", "edits_envelope"),
        (MilterActions.DeleteRecipients, "to remove recipients", "edits_envelope"),
        (MilterActions.ChangeSender, "to change the sender", "edits_envelope"),
        (MilterActions.Quarantine, "to hold messages", "quarantines"),
    ];

    public async ValueTask CheckAsync(IProblemReport report, CancellationToken cancellationToken)
    {
        try
        {
            var beyond = await milter.WithinCommandTimeAsync(milter.AskActionsAsync, cancellationToken).ConfigureAwait(false) & ~milter.Allowed;
            foreach (var (action, what, setting) in Permissions)
            {
                if ((beyond & action) != 0)
                    report.Add(ProblemSeverity.Warning, $"the milter at {milter.Address} wants {what}, which {setting} does not allow; mail gets on_error until it is allowed or the milter does without", setting);
            }
        }
        catch (Exception exception) when (ForeignMilter.IsItsFault(exception))
        {
            report.Add(ProblemSeverity.Warning, $"the milter at {milter.Address} does not answer ({exception.Message}); mail gets on_error until it does", "socket");
        }
    }
}
