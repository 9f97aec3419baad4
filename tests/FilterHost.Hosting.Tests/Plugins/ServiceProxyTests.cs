using FilterHost.Hosting.Plugins;
using FilterHost.Keys;
using Microsoft.Extensions.Logging.Abstractions;

namespace FilterHost.Hosting.Tests.Plugins;

/// <summary>What of a provider's exceptions reaches the other side: words, never the object.</summary>
public sealed class ServiceProxyTests
{
    private static readonly SigningKeyRequest Request = new() { SigningDomain = DomainName.Parse("example.com"), Selector = "s" };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_a_key_store_cannot_do_is_said_in_the_contracts_own_exception()
    {
        var thrown = new InvalidOperationException("there is a key of that name");
        var administration = Offer(thrown);
        foreach (var call in Calls(administration))
        {
            var refusal = await Assert.ThrowsAsync<InvalidOperationException>(call);
            Assert.Equal("there is a key of that name", refusal.Message);
            Assert.NotSame(thrown, refusal);
            Assert.Null(refusal.InnerException);
        }
    }

    [Fact]
    public async Task Any_other_exception_of_a_key_store_is_a_service_fault()
    {
        foreach (var call in Calls(Offer(new FormatException("a bug"))))
        {
            var fault = await Assert.ThrowsAsync<ServiceFaultException>(call);
            Assert.Equal(("keys", "service keys: a bug", null), (fault.Service, fault.Message, fault.InnerException));
        }
    }

    private static IEnumerable<Func<Task>> Calls(ISigningKeyAdministration administration) =>
    [
        () => administration.ListAsync(Cancel).AsTask(),
        () => administration.CreateAsync(Request, Cancel).AsTask(),
        () => administration.RetireAsync(Request.SigningDomain, Request.Selector, Cancel).AsTask(),
    ];

    private static ISigningKeyAdministration Offer(Exception thrown)
    {
        var instance = PluginInstance.Configure("keys", "Failing", new FailingPlugin(), thrown, Path.GetTempPath(), NullLoggerFactory.Instance, TimeProvider.System);
        instance.Build(_ => throw new InvalidOperationException("no services here"));
        return (ISigningKeyAdministration)instance.Offer(typeof(ISigningKeyAdministration));
    }

    private sealed class FailingStore(Exception thrown) : ISigningKeyAdministration
    {
        public ValueTask<IReadOnlyList<SigningKeyDescription>> ListAsync(CancellationToken cancellationToken) => throw thrown;

        public ValueTask<SigningKeyDescription> CreateAsync(SigningKeyRequest request, CancellationToken cancellationToken) => throw thrown;

        public ValueTask RetireAsync(DomainName signingDomain, string selector, CancellationToken cancellationToken) => throw thrown;
    }

    private sealed class FailingPlugin : FilterPlugin<Exception>
    {
        public override void Configure(IPluginBuilder builder, Exception settings) => builder.Provide<ISigningKeyAdministration, FailingStore>();
    }
}
