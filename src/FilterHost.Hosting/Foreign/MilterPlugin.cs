using Microsoft.Extensions.DependencyInjection;

namespace FilterHost.Hosting.Foreign;

/// <summary>The plugin that comes with the host: any existing milter as a member of a pipeline.</summary>
internal sealed class MilterPlugin : FilterPlugin<MilterSettings>
{
    /// <summary>What the settings call it. No folder of that name takes its place.</summary>
    public const string Name = "Milter";

    public override void Configure(IPluginBuilder builder, MilterSettings settings)
    {
        if (settings.Socket is { Path: null, Port: 0 })
            throw new SettingException("socket", "port 0 is no port to connect to");
        if (settings.EditsFields.FirstOrDefault(name => name != "*" && !HeaderField.IsName(name)) is { } name)
            throw new SettingException("edits_fields", $"'{name}' is no name of a header field; `*` stands for all");
        builder.Services.AddSingleton<ForeignMilter>();
        builder.AddLifetime<ForeignMilterCheck>();
        builder.AddConnectionFilter<ForeignConnectionFilter>();
        builder.AddFilter<ForeignMessageFilter>(new FilterTraits
        {
            Publishes = settings.Publishes,
            Needs = settings.Needs,
            EditsFields = settings.EditsFields,
            EditsBody = settings.EditsBody,
            EditsEnvelope = settings.EditsEnvelope,
            Quarantines = settings.Quarantines,
            // What it knows of edits and results stands in the message that it is shown, so that must be complete.
            WaitsForEarlierFilters = true,
            Macros = settings.Macros.ToRequests(),
        });
    }
}
