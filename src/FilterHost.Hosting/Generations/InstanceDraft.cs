using FilterHost.Hosting.Plugins;

namespace FilterHost.Hosting.Generations;

/// <summary>A table on its way to an instance: one of the generation before where that is as good as a new one.</summary>
/// <param name="origin">What the instance is made of; a use of the code is the draft's.</param>
/// <param name="kept">The instance of the generation before, a share of which is the draft's; null where there is none as good.</param>
/// <param name="make">Makes a new one; null where that fails, which is among the problems then.</param>
internal sealed class InstanceDraft(InstanceOrigin origin, SharedInstance? kept, Func<InstanceOrigin, Task<SharedInstance?>> make)
{
    public InstanceOrigin Origin => origin;

    public string TableName => origin.Table.TableName;

    /// <summary>The instance; null before it is made, and where it could not be.</summary>
    public SharedInstance? Shared { get; private set; }

    /// <summary>The plugin's instance. Only a draft that has one is connected.</summary>
    public PluginInstance Instance => Shared!.Instance;

    /// <summary>True where it is the one of the generation before.</summary>
    public bool IsKept => kept is not null && ReferenceEquals(Shared, kept);

    /// <summary>Makes the instance, unless one is kept. False where that fails.</summary>
    public async Task<bool> MakeAsync()
    {
        Shared = kept ?? await make(origin).ConfigureAwait(false);
        return Shared is not null;
    }

    /// <summary>Gives the old one back for a new one, since a service that it uses is another now. False where that cannot be made.</summary>
    public async Task<bool> RenewAsync()
    {
        // The kept one has a use of the code, so that it is still there.
        origin.Code!.TryAcquire();
        await kept!.DisposeAsync().ConfigureAwait(false);
        Shared = await make(origin).ConfigureAwait(false);
        return Shared is not null;
    }
}
