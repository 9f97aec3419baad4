using FilterHost.Hosting.Configuration;

namespace FilterHost.Hosting.Tests.Configuration;

/// <summary>Short ways from a text to what the host makes of it.</summary>
internal static class SettingsOf
{
    /// <summary>The tree of a text that is TOML.</summary>
    public static SettingsTable Table(string text, string file = "/etc/f.toml")
    {
        var problems = new ProblemList();
        var table = SettingsSyntax.Parse(text, file, problems);
        Assert.Equal("", problems.ToString());
        return table!;
    }

    /// <summary>The record of a text without problems.</summary>
    public static T Record<T>(string text, Func<string, string?>? environment = null)
        where T : class
    {
        var problems = new ProblemList();
        var record = new SettingsBinder(environment).Bind<T>(Table(text), new HashSet<string>(), problems);
        Assert.Equal("", problems.ToString());
        return record!;
    }

    /// <summary>The lines that a text gives, and no record.</summary>
    public static string Problems<T>(string text, Func<string, string?>? environment = null)
        where T : class
    {
        var problems = new ProblemList();
        Assert.Null(new SettingsBinder(environment).Bind<T>(Table(text, "f"), new HashSet<string>(), problems));
        Assert.True(problems.HasErrors);
        return problems.ToString();
    }
}
