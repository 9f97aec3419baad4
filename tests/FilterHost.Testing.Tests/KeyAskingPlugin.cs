using FilterHost.Keys;

namespace FilterHost.Testing.Tests;

/// <summary>Asks the key store for the keys of a@example.com, signs with the first, and notes the answers.</summary>
public sealed class KeyAskingPlugin : FilterPlugin<KeyAskingPlugin.Settings>
{
    public override void Configure(IPluginBuilder builder, Settings settings)
    {
        builder.Use<ISigningKeyStore>();
        builder.AddFilter<Filter>();
    }

    public sealed record Settings;

    internal sealed class Filter(ISigningKeyStore keys) : MessageFilter
    {
        public override async ValueTask<Verdict> OnEndOfMessageAsync(CompleteMessage message)
        {
            var query = new SigningQuery { AuthorDomain = DomainName.Parse("example.com"), AuthorLocalPart = "a" };
            var answer = await keys.FindKeysAsync(query, message.CancellationToken);
            message.Note(answer is SigningKeys.Found { Keys: [var key, ..] }
                ? $"Found {(await keys.SignAsync(key.Id, new byte[32], message.CancellationToken)).GetType().Name}"
                : answer.GetType().Name);
            return Verdict.Continue;
        }
    }
}
