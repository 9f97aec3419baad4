using System.Reflection;
using Microsoft.Extensions.DependencyInjection;

namespace FilterHost.Hosting.Pipeline;

/// <summary>A message filter that a plugin has registered, and the stages that it overrides.</summary>
internal sealed class FilterRegistration
{
    private static readonly (FilterStage Stage, string Method)[] Methods =
    [
        (FilterStage.Mail, nameof(MessageFilter.OnMailAsync)),
        (FilterStage.Recipient, nameof(MessageFilter.OnRecipientAsync)),
        (FilterStage.Data, nameof(MessageFilter.OnDataAsync)),
        (FilterStage.EndOfHeaders, nameof(MessageFilter.OnEndOfHeadersAsync)),
        (FilterStage.Body, nameof(MessageFilter.OnBodyChunkAsync)),
        (FilterStage.EndOfMessage, nameof(MessageFilter.OnEndOfMessageAsync)),
    ];

    private readonly ObjectFactory _factory;
    private readonly bool[] _overrides = new bool[Methods.Length];

    public FilterRegistration(Type filterType, FilterTraits traits)
    {
        Traits = traits;
        _factory = ActivatorUtilities.CreateFactory(filterType, []);
        foreach (var (stage, method) in Methods)
            _overrides[(int)stage] = filterType.GetMethod(method, BindingFlags.Public | BindingFlags.Instance)!.DeclaringType != typeof(MessageFilter);
    }

    /// <summary>A filter that stands in for another, and has the stages of that one.</summary>
    public FilterRegistration(Type filterType, FilterTraits traits, IReadOnlyCollection<FilterStage> stages)
        : this(filterType, traits)
    {
        foreach (var (stage, _) in Methods)
            _overrides[(int)stage] = stages.Contains(stage);
    }

    public FilterTraits Traits { get; }

    /// <summary>The stages that the filter overrides.</summary>
    public IEnumerable<FilterStage> Stages => Methods.Select(method => method.Stage).Where(Overrides);

    /// <summary>True where the filter reads the body as it comes.</summary>
    public bool ReadsBody => Overrides(FilterStage.Body);

    public bool Overrides(FilterStage stage) => _overrides[(int)stage];

    public MessageFilter Create(IServiceProvider scope) => (MessageFilter)_factory(scope, null);
}
