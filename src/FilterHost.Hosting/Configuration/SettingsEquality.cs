using System.Collections;
using System.Reflection;

namespace FilterHost.Hosting.Configuration;

/// <summary>Whether two settings records say the same, secrets and lists in files included.</summary>
/// <param name="asksFiles">True where a file that has changed since one of them was bound is another value; false where its name is all.</param>
internal sealed class SettingsEquality(bool asksFiles)
{
    /// <summary>True where every key has the same value. The records must be of one type.</summary>
    public bool AreEqual(object one, object other) => !Differences(one, other).Any();

    /// <summary>The names of the keys that differ.</summary>
    public IEnumerable<string> Differences(object one, object other) =>
        SettingKey.Of(one.GetType()).Where(key => !IsSame(ValueOf(key, one), ValueOf(key, other))).Select(key => key.Name);

    private bool IsSame(object? one, object? other) => (one, other) switch
    {
        (null, null) => true,
        (null, _) or (_, null) => false,
        (string text, _) => text == other as string,
        (Secret secret, Secret second) => secret.Reveal() == second.Reveal(),
        // They know what they found when they were bound.
        (FileInfo file, FileInfo second) => file.FullName == second.FullName && (!asksFiles || StampOf(file) == StampOf(second)),
        (FileSystemInfo folder, FileSystemInfo second) => folder.FullName == second.FullName,
        (HostPattern hosts, HostPattern second) => hosts.Text == second.Text && hosts.Entries.SequenceEqual(second.Entries),
        (MacroCondition condition, MacroCondition second) => condition.Macro == second.Macro && condition.Values.SequenceEqual(second.Values),
        (IDictionary table, IDictionary second) => table.Count == second.Count && table.Keys.Cast<object>().All(key => second.Contains(key) && IsSame(table[key], second[key])),
        (IEnumerable list, IEnumerable second) => IsSame([.. list], [.. second]),
        _ when one.GetType() == other.GetType() && SettingKey.Of(one.GetType()).Count > 0 => AreEqual(one, other),
        _ => one.Equals(other),
    };

    private bool IsSame(List<object?> one, List<object?> other) => one.Count == other.Count && one.Zip(other).All(pair => IsSame(pair.First, pair.Second));

    private static (DateTime, long) StampOf(FileInfo file) => file.Exists ? (file.LastWriteTimeUtc, file.Length) : default;

    // The accessor is the plugin's code; one that throws is no reason to keep what was made of it.
    private static object? ValueOf(SettingKey key, object record)
    {
        try
        {
            return key.Property.GetValue(record);
        }
        catch (TargetInvocationException)
        {
            return new object();
        }
    }
}
