using System.Globalization;
using FilterHost.Hosting.Configuration;

namespace FilterHost.Checks;

/// <summary>A time that the MTA waits for us, and the budget of ours that must end before it: the answer is then ours, and not what the MTA does without one.</summary>
/// <param name="Attribute">The name within <c>{ }</c>; the parameter has <c>milter_</c> before it.</param>
/// <param name="Setting">The host's key of the budget.</param>
/// <param name="Budget">The budget.</param>
internal sealed record MilterTimeout(string Attribute, string Setting, TimeSpan Budget)
{
    // For the way of the answer and a machine with much to do.
    private const double Margin = 1.25;

    public string Parameter => $"milter_{Attribute}";

    /// <summary>The shortest that fits.</summary>
    public TimeSpan Least => WithMargin(Budget);

    /// <summary>Postfix's three, with the host's budgets. A foreign member is connected to while we are, within the budget of a command.</summary>
    public static IReadOnlyList<MilterTimeout> All(HostSettings settings) =>
    [
        new("connect_timeout", "command_budget", settings.CommandBudget),
        new("command_timeout", "command_budget", settings.CommandBudget),
        new("content_timeout", "end_of_message_budget", settings.EndOfMessageBudget),
    ];

    /// <summary>True if the time, as Postfix writes it, is long enough.</summary>
    public bool Fits(string value) => !TryParse(value, out var time) || time >= Least;

    /// <summary>A budget with what the MTA should wait beyond it, in whole seconds.</summary>
    public static TimeSpan WithMargin(TimeSpan budget) => TimeSpan.FromSeconds(Math.Ceiling(budget.TotalSeconds * Margin));

    /// <summary>In seconds, as Postfix prints these parameters.</summary>
    public static string Format(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{(long)time.TotalSeconds}s");

    // postconf(5): s, m, h, d, w; these parameters are in seconds without one.
    private static bool TryParse(string value, out TimeSpan time)
    {
        time = default;
        var digits = value.AsSpan().TrimEnd("smhdw");
        if (!int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return false;
        time = number * (value[digits.Length..] switch
        {
            "m" => TimeSpan.FromMinutes(1),
            "h" => TimeSpan.FromHours(1),
            "d" => TimeSpan.FromDays(1),
            "w" => TimeSpan.FromDays(7),
            _ => TimeSpan.FromSeconds(1),
        });
        return true;
    }
}
