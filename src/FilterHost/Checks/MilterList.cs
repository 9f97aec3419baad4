namespace FilterHost.Checks;

/// <summary>A list of milters that Postfix calls one after the other, and where it stands.</summary>
/// <param name="Service">The service that has it of its own; null for main.cf.</param>
/// <param name="Parameter">smtpd_milters or non_smtpd_milters.</param>
/// <param name="Milters">The milters.</param>
internal sealed record MilterList(PostfixService? Service, string Parameter, IReadOnlyList<PostfixMilter> Milters)
{
    /// <summary>Mail by SMTP.</summary>
    public const string Smtpd = "smtpd_milters";

    /// <summary>Mail by sendmail(1), from other machines by qmqp, and what Postfix sends itself if it is told to filter that.</summary>
    public const string NonSmtpd = "non_smtpd_milters";

    /// <summary>The lists of main.cf, present or not, and those that services have of their own.</summary>
    public static IReadOnlyList<MilterList> All(PostfixConfiguration postfix) =>
    [
        new(null, Smtpd, PostfixMilter.ListOf(postfix[Smtpd])),
        new(null, NonSmtpd, PostfixMilter.ListOf(postfix[NonSmtpd])),
        .. postfix.Services.Where(service => !postfix.SkipsMilters(service)).Select(OwnOf).OfType<MilterList>(),
    ];

    public override string ToString() => string.Join(", ", Milters);

    private static MilterList? OwnOf(PostfixService service)
    {
        var parameter = service.IsSmtpd ? Smtpd : service.IsCleanup ? NonSmtpd : "";
        return service.Options.GetValueOrDefault(parameter) is { } own ? new(service, parameter, PostfixMilter.ListOf(own)) : null;
    }
}
