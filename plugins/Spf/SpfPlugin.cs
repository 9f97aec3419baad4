using FilterHost.Dns;
using FilterHost.MailAuth.Spf;
using Microsoft.Extensions.DependencyInjection;

namespace FilterHost.Plugins.Spf;

public sealed class SpfPlugin : FilterPlugin<SpfSettings>
{
    public override void Configure(IPluginBuilder builder, SpfSettings settings)
    {
        builder.Use<IDnsResolver>();
        builder.Services.AddSingleton(new SpfOptions
        {
            MaximumLookups = settings.MaximumLookups,
            MaximumVoidLookups = settings.MaximumVoidLookups,
            TimeLimit = settings.EvaluationTime,
        });
        builder.Services.AddSingleton<SpfEvaluator>();
        builder.Services.AddSingleton(new ClientTurns(settings.MaximumPerClient));
        var actions = new JudgementActions(settings.TagField, settings.OnFail, settings.OnSoftfail, settings.OnNeutral, settings.OnNone, settings.OnPermerror, settings.OnTemperror);
        builder.Services.AddSingleton(actions);
        builder.AddFilter<SpfFilter>(actions.AddTo(new FilterTraits
        {
            Publishes = ["spf"],
            EditsFields = settings.ReceivedSpf ? [ReceivedSpfField.Name] : [],
        }));
    }
}
