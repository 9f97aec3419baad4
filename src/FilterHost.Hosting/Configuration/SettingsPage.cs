using System.Globalization;
using System.Text;

namespace FilterHost.Hosting.Configuration;

/// <summary>The reference of a whole settings file as a page of Markdown.</summary>
internal static class SettingsPage
{
    /// <summary>The page.</summary>
    /// <param name="plugins">The settings records of plugins by the plugin's name, in the order of the page.</param>
    public static string Of(IEnumerable<KeyValuePair<string, Type>> plugins)
    {
        var page = new StringBuilder(
            """
            # Settings

            One TOML file, found by `--config`, else `./filterhost.toml`, else `/etc/filterhost/filterhost.toml`. Relative paths are relative to the file that names them; an unknown key is an error. This page is made from the program by `filterhost settings --markdown`; `filterhost settings` prints the same as commented TOML, with `--json` as JSON Schema for editors.

            ## The host

            At the top of the file, before any table.


            """);
        page.Append(SettingsReference.AsMarkdown(typeof(HostSettings)));
        page.Append("\n## `[[listener]]`\n\nA socket that the MTA connects to, and the filters behind it. Once for each socket.\n\n");
        page.Append(SettingsReference.AsMarkdown(typeof(ListenerSettings)));
        page.Append("\n## `[filter.NAME]` and `[service.NAME]`\n\nAn instance of a plugin. These keys are the host's own, whatever the plugin; beside them stand the plugin's.\n\n");
        page.Append(SettingsReference.AsMarkdown(typeof(InstanceHostSettings)));
        foreach (var (name, record) in plugins)
        {
            page.Append(CultureInfo.InvariantCulture, $"\n## `plugin = \"{name}\"`\n\n");
            page.Append(SettingKey.Of(record).Count == 0 ? "It has no keys of its own.\n" : SettingsReference.AsMarkdown(record));
        }
        return page.ToString();
    }
}
