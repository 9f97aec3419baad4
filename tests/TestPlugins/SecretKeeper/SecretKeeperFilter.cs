using System.Globalization;
using Microsoft.Extensions.Logging;

namespace FilterHost.TestPlugins.SecretKeeper;

public sealed class SecretKeeperFilter(SecretKeeperSettings settings, ILogger<SecretKeeperFilter> logger) : MessageFilter
{
    public override ValueTask<Verdict> OnEndOfMessageAsync(CompleteMessage message)
    {
        // As an author who forgot that it is a secret would.
        logger.LogWarning("settings are {Settings}, the secret is {Secret}", settings, settings.Secret);
        message.Edits.Append("X-Secret-Length", settings.Secret.Reveal().Length.ToString(CultureInfo.InvariantCulture));
        return Verdict.Continue;
    }
}
