using FilterHost.Keys;

namespace FilterHost.Examples.CustomKeyStore;

/// <summary>A key store of one's own: signing keys from PKCS#12 files, as a public key infrastructure hands them out.</summary>
public sealed class Pkcs12KeyStorePlugin : FilterPlugin<Pkcs12KeyStoreSettings>
{
    public override void Configure(IPluginBuilder builder, Pkcs12KeyStoreSettings settings)
    {
        for (var i = 0; i < settings.Keys.Count; i++)
        {
            if (!DomainName.TryParse(settings.Keys[i].Selector, out _))
                throw new SettingException($"keys[{i}].selector", "is one or more labels, such as 2026a (RFC 6376 §3.1)");
            if (settings.Keys.Take(i).Any(other => other.Domain.Equals(settings.Keys[i].Domain) && other.Selector == settings.Keys[i].Selector))
                throw new SettingException($"keys[{i}].selector", "is there twice for this domain");
        }
        builder.AddLifetime<Pkcs12Keys>();
        builder.Provide<ISigningKeyStore, Pkcs12KeyStore>();
        builder.Provide<ISigningKeyAdministration, Pkcs12KeyStore>();
    }
}
