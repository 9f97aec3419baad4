namespace FilterHost.Plugins.TableKeyStore;

/// <summary>Finds a row by its key in one form. It keeps numbers alone: the keys of 200,000 rows as strings would take ten times as much.</summary>
internal sealed class RowHash(TableText text, Func<string, string> normalize)
{
    // At most half full, so that the search for a key that is not there soon meets an empty slot.
    private readonly (int Hash, int RowFromOne)[] _slots = new (int, int)[System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(1, text.Count) * 2)];

    /// <summary>The row of a key, or -1.</summary>
    public int Find(string key) => _slots[SlotOf(key)].RowFromOne - 1;

    /// <summary>Puts a row in the place of the one that has its key, and gives that one, or -1.</summary>
    public int Set(string key, int row)
    {
        ref var slot = ref _slots[SlotOf(key)];
        var before = slot.RowFromOne - 1;
        slot = (HashOf(key), row + 1);
        return before;
    }

    // Random for each process, so that nobody can choose names that collide.
    private static int HashOf(string key) => string.GetHashCode(key, StringComparison.Ordinal);

    private int SlotOf(string key)
    {
        var hash = HashOf(key);
        var slot = hash & (_slots.Length - 1);
        while (_slots[slot] is { RowFromOne: > 0 } other && !(other.Hash == hash && normalize(text.Key(other.RowFromOne - 1)) == key))
            slot = (slot + 1) & (_slots.Length - 1);
        return slot;
    }
}
