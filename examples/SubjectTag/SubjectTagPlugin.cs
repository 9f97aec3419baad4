using Microsoft.Extensions.DependencyInjection;

namespace FilterHost.Examples.SubjectTag;

/// <summary>Puts a tag before the Subject of mail that the settings describe.</summary>
public sealed class SubjectTagPlugin : FilterPlugin<SubjectTagSettings>
{
    private const int MaximumLength = 100;

    public override void Configure(IPluginBuilder builder, SubjectTagSettings settings)
    {
        if (string.IsNullOrWhiteSpace(settings.Tag) || settings.Tag.Length > MaximumLength || settings.Tag.Any(char.IsControl))
            throw new SettingException("tag", $"is one line of 1 to {MaximumLength} characters");
        var conditions = settings.Results.Select(ResultCondition.Parse).ToArray();
        builder.Services.AddSingleton(conditions);
        // A condition on results that nobody publishes would never hold, so it stops the start.
        builder.AddFilter<SubjectTagFilter>(new FilterTraits { EditsFields = ["Subject"], Needs = [.. conditions.Select(static condition => condition.Method).Distinct()] });
    }
}
