using System.Text.Json;
using FilterHost.Hosting.Configuration;

namespace FilterHost.Hosting.Tests.Configuration;

public sealed class ProblemListTests
{
    [Fact]
    public void Problems_are_ordered_by_file_line_and_column_and_those_without_a_place_come_last()
    {
        var problems = new ProblemList();
        problems.Error("6");
        problems.Error("5", new SettingLocation("b", 1, 1, "k"));
        problems.Error("3", new SettingLocation("a", 10, 1, "k"));
        problems.Warning("2", new SettingLocation("a", 9, 2, "k"));
        problems.Add(ProblemSeverity.Defect, "1", new SettingLocation("a", 9, 1, ""));
        Assert.Equal("a:9:1: defect: 1\na:9:2: k: warning: 2\na:10:1: k: 3\nb:1:1: k: 5\n6", problems.ToString());
    }

    [Fact]
    public void Warnings_and_defects_are_no_errors()
    {
        var problems = new ProblemList();
        problems.Warning("w");
        Assert.Equal((false, false), (problems.HasErrors, problems.HasDefects));
        problems.Add(ProblemSeverity.Defect, "d");
        Assert.Equal((false, true), (problems.HasErrors, problems.HasDefects));
        problems.Error("e");
        Assert.True(problems.HasErrors);
    }

    [Fact]
    public void Control_characters_of_a_file_cannot_break_the_line() =>
        Assert.Equal("f:1:1: a\\u000ab: found \\u001b[2J\\u009b", new Problem(ProblemSeverity.Error, "found \u001b[2J\u009b", new SettingLocation("f", 1, 1, "a\nb")).ToString());

    [Fact]
    public void Json_has_the_place_in_parts()
    {
        var problems = new ProblemList();
        problems.Error("say \"x\"", new SettingLocation("f", 2, 3, "k"));
        problems.Warning("w");
        using var json = JsonDocument.Parse(problems.ToJson());
        var first = json.RootElement[0];
        Assert.Equal(("error", "f", 2, 3, "k", "say \"x\""), (first.GetProperty("severity").GetString(), first.GetProperty("file").GetString(), first.GetProperty("line").GetInt32(), first.GetProperty("column").GetInt32(), first.GetProperty("key").GetString(), first.GetProperty("text").GetString()));
        Assert.False(json.RootElement[1].TryGetProperty("file", out _));
    }

    [Fact]
    public void Adding_from_several_threads_loses_nothing()
    {
        var problems = new ProblemList();
        Parallel.For(0, 1000, i => problems.Error($"{i}"));
        Assert.Equal(1000, problems.Ordered().Distinct().Count());
    }

    [Fact]
    public void A_plugins_problem_gets_the_place_of_its_setting()
    {
        var problems = new ProblemList();
        var table = SettingsOf.Table("[service.keys]\ndirectory = \"x\"", "f").Table("service")!.Table("keys")!;
        new TableProblemReport(table, problems).Add(ProblemSeverity.Defect, "is empty", "directory");
        Assert.Equal("f:2:1: service.keys.directory: defect: is empty", problems.ToString());
    }
}
