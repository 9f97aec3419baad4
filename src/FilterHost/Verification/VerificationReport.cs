using System.Runtime.InteropServices;
using System.Text.Json;
using FilterHost.Commands;

namespace FilterHost.Verification;

/// <summary>
/// The report of a verification. Each step is named before it runs, since a plugin may end the process: what is printed last is where it died. As text the report goes to standard output;
/// of one in JSON, which is printed at the end, only the names of the steps go to standard error meanwhile.
/// </summary>
/// <param name="isJson">True for JSON at the end.</param>
internal sealed class VerificationReport(bool isJson)
{
    private readonly List<(string Name, StepResult Result)> _steps = [];

    public string? Name { get; set; }

    public string? Version { get; set; }

    /// <summary>The version of the contract that the plugin was built against.</summary>
    public string? Contract { get; set; }

    public string? Folder { get; set; }

    public int Failures => _steps.Count(step => step.Result.Outcome is StepOutcome.Failed);

    private int Warnings => _steps.Count(step => step.Result.Outcome is StepOutcome.Warning);

    /// <summary>The first lines: whose report it is, and where it was made.</summary>
    public void Begin()
    {
        if (isJson)
            return;
        Console.WriteLine($"plugin {Name}, built against contract {Contract ?? "?"}, in {Folder}");
        Console.WriteLine($"host {Versions.Host}, contract {Versions.Contract}, {RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}");
    }

    /// <summary>Runs a step.</summary>
    public async Task<StepResult> RunAsync(string name, Func<Task<StepResult>> step)
    {
        if (isJson)
            await Console.Error.WriteLineAsync($"filterhost: {name}");
        else
            Console.Write($"{name}: ");
        // Seen by whoever looks when the process has died.
        await Console.Out.FlushAsync();
        var result = await step();
        Add(name, result);
        return result;
    }

    public Task<StepResult> RunAsync(string name, Func<StepResult> step) => RunAsync(name, () => Task.FromResult(step()));

    /// <summary>The last line, or the whole in JSON.</summary>
    public void End()
    {
        if (isJson)
            JsonOutput.Write(Write);
        else
            Console.WriteLine($"{_steps.Count} checks of {Name} {Version}: {Warnings} warnings, {Failures} failed");
    }

    private static string WordOf(StepOutcome outcome) => outcome is StepOutcome.Failed ? "FAILED" : Words.Of(outcome);

    // Control characters are the plugin's or the folder's, and the terminal's to obey.
    private static string OnOneLine(string text) => new(text.Select(static letter => char.IsControl(letter) ? ' ' : letter).ToArray());

    private void Add(string name, StepResult result)
    {
        _steps.Add((name, result));
        if (isJson)
            return;
        Console.WriteLine(OnOneLine(result.Text.Length == 0 ? WordOf(result.Outcome) : $"{WordOf(result.Outcome)}, {result.Text}"));
        foreach (var line in result.Details)
            Console.WriteLine($"    {OnOneLine(line)}");
    }

    private void Write(Utf8JsonWriter writer)
    {
        writer.WriteString("name", Name);
        writer.WriteString("version", Version);
        writer.WriteString("built_against", Contract);
        writer.WriteString("folder", Folder);
        writer.WriteString("host", Versions.Host);
        writer.WriteString("contract", Versions.Contract);
        writer.WriteString("runtime", RuntimeInformation.FrameworkDescription);
        writer.WriteString("system", $"{RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}");
        writer.WriteNumber("warnings", Warnings);
        writer.WriteNumber("failed", Failures);
        writer.WriteStartArray("checks");
        foreach (var (name, result) in _steps)
        {
            writer.WriteStartObject();
            writer.WriteString("check", name);
            writer.WriteString("outcome", Words.Of(result.Outcome));
            writer.WriteString("text", result.Text);
            writer.WriteTexts("details", result.Details);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }
}
