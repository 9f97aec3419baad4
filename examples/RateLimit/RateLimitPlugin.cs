using Microsoft.Extensions.DependencyInjection;

namespace FilterHost.Examples.RateLimit;

/// <summary>Limits how many messages a user, sender or client sends within a period; counted in memory, or in Redis where several hosts count together.</summary>
public sealed class RateLimitPlugin : FilterPlugin<RateLimitSettings>
{
    public override void Configure(IPluginBuilder builder, RateLimitSettings settings)
    {
        var actions = new JudgementActions(settings.TagField, settings.OnLimit, settings.OnUnavailable);
        builder.Services.AddSingleton(actions);
        if (settings.Redis.Count == 0)
        {
            builder.Services.AddSingleton<ICounter, MemoryCounter>();
        }
        else
        {
            builder.AddLifetime<RedisCounter>();
            builder.Services.AddSingleton<ICounter>(static services => services.GetRequiredService<RedisCounter>());
        }
        builder.AddFilter<RateLimitFilter>(actions.AddTo(new FilterTraits()));
    }
}
