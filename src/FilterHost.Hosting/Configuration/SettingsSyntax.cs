using System.Text.RegularExpressions;
using Tomlyn.Parsing;
using Tomlyn.Syntax;

namespace FilterHost.Hosting.Configuration;

/// <summary>Makes the located tree of one TOML text.</summary>
internal sealed partial class SettingsSyntax
{
    // The parser is recursive: without a bound a file of brackets ends the process by its stack.
    private const int DeepestNesting = 100;

    private readonly string _file;
    private readonly ProblemList _problems;

    private SettingsSyntax(string file, ProblemList problems) => (_file, _problems) = (file, problems);

    /// <summary>Parses a text; where it is not TOML every syntax error is added and null returned.</summary>
    public static SettingsTable? Parse(string text, string file, ProblemList problems)
    {
        var syntax = new SettingsSyntax(file, problems);
        if (IsTooDeep(text))
        {
            problems.Error($"brackets are nested deeper than {DeepestNesting}", new SettingLocation(file, 1, 1, ""));
            return null;
        }
        // Tomlyn 2.10.2 throws ArgumentOutOfRangeException for a file that ends with a backslash inside a string; with a line end after it, it reports the place.
        var document = SyntaxParser.Parse(text + "\n", file);
        if (document.HasErrors)
        {
            syntax.Report(document.Diagnostics);
            return null;
        }
        return syntax.Root(document);
    }

    // Brackets within strings count too; a string with so many unclosed ones is no setting.
    private static bool IsTooDeep(string text)
    {
        var (depth, deepest) = (0, 0);
        foreach (var character in text)
        {
            depth = character switch
            {
                '[' or '{' => depth + 1,
                ']' or '}' => Math.Max(0, depth - 1),
                _ => depth,
            };
            deepest = Math.Max(deepest, depth);
        }
        // Dotted keys nest too.
        return deepest > DeepestNesting || text.Split('\n').Any(line => line.AsSpan().Count('.') > 1000);
    }

    private void Report(DiagnosticsBag diagnostics)
    {
        foreach (var diagnostic in diagnostics.Where(diagnostic => diagnostic.Kind == DiagnosticMessageKind.Error))
            _problems.Error(Words(diagnostic.Message), At(diagnostic.Span, ""));
    }

    // The parser's messages quote the file, and what they quote may be a secret: only the key of a redefinition is taken over.
    private static string Words(string message)
    {
        if (Redefinition().Match(message) is { Success: true } twice)
            return $"the key '{twice.Groups["key"].Value}' is already set at line {twice.Groups["line"].Value}";
        return message switch
        {
            _ when message.Contains("while expecting a value", StringComparison.Ordinal) => "a value is missing",
            _ when message.EndsWith("for a value", StringComparison.Ordinal) => "this is not a value; strings stand in quotes",
            _ when message.Contains("token `newline`", StringComparison.Ordinal) => "something follows on the line that does not belong there",
            _ when message.Contains("nvalid newline in a string", StringComparison.Ordinal) => "the string is not closed on its line",
            _ when message.Contains("found on string literal", StringComparison.Ordinal) => "the string is not closed",
            _ when message.Contains("escape character", StringComparison.Ordinal) => "unknown escape in a string; a backslash is written \\\\, or the string in single quotes",
            _ when message.StartsWith("Unable to parse", StringComparison.Ordinal) => "this is not a number that TOML has",
            _ when message.Contains("for an array", StringComparison.Ordinal) => "the list is not closed with ]",
            _ => "not TOML here",
        };
    }

    [GeneratedRegex(@"^The key `(?<key>.*?)` is already defined at \((?<line>\d+),", RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex Redefinition();

    private SettingsTable Root(DocumentSyntax document)
    {
        var start = new SettingLocation(_file, 1, 1, "");
        var root = new SettingsTable(start, start);
        foreach (var entry in document.KeyValues)
            Add(root, entry);
        foreach (var header in document.Tables)
            AddTable(root, header);
        return root;
    }

    private void AddTable(SettingsTable root, TableSyntaxBase header)
    {
        if (header.Name is not { } name)
            return;
        var steps = Steps(name);
        var parent = Descend(root, steps.Take(steps.Count - 1));
        var (key, at) = steps[^1];
        if (parent is null)
            return;
        var table = header is TableArraySyntax ? AddToTableArray(parent, key, at) : Open(parent, key, at);
        foreach (var entry in header.Items)
        {
            if (table is not null)
                Add(table, entry);
        }
    }

    private SettingsTable? AddToTableArray(SettingsTable parent, string key, SourceSpan at)
    {
        var location = Below(parent, key, at);
        if (!parent.TryGet(key, out var node))
            parent.TryAdd(key, node = new SettingsArray(location, location, isTableArray: true));
        if (node is not SettingsArray array)
            return Refuse<SettingsTable>(location);
        var item = location with { Key = $"{location.Key}[{array.Items.Count}]" };
        var table = new SettingsTable(item, item);
        array.Add(table);
        return table;
    }

    private void Add(SettingsTable table, KeyValueSyntax entry)
    {
        if (entry.Key is not { } name || entry.Value is not { } value)
            return;
        var steps = Steps(name);
        var (key, at) = steps[^1];
        if (Descend(table, steps.Take(steps.Count - 1)) is not { } parent)
            return;
        var location = Below(parent, key, at);
        if (!parent.TryAdd(key, Node(value, location)))
            Refuse<SettingNode>(location);
    }

    private SettingNode Node(ValueSyntax value, SettingLocation location)
    {
        var at = At(value.Span, location.Key);
        return value switch
        {
            StringValueSyntax text => new SettingScalar(text.Value ?? "", location, at),
            IntegerValueSyntax number => new SettingScalar(number.Value, location, at),
            FloatValueSyntax number => new SettingScalar(number.Value, location, at),
            BooleanValueSyntax flag => new SettingScalar(flag.Value, location, at),
            ArraySyntax array => Array(array, location, at),
            InlineTableSyntax table => InlineTable(table, location, at),
            _ => new SettingScalar(null, location, at),
        };
    }

    private SettingsArray Array(ArraySyntax syntax, SettingLocation location, SettingLocation at)
    {
        var array = new SettingsArray(location, at);
        foreach (var item in syntax.Items)
        {
            if (item.Value is { } value)
                array.Add(Node(value, At(value.Span, $"{location.Key}[{array.Items.Count}]")));
        }
        return array;
    }

    private SettingsTable InlineTable(InlineTableSyntax syntax, SettingLocation location, SettingLocation at)
    {
        var table = new SettingsTable(location, at);
        foreach (var item in syntax.Items)
        {
            if (item.KeyValue is { } entry)
                Add(table, entry);
        }
        return table;
    }

    private SettingsTable? Descend(SettingsTable table, IEnumerable<(string Key, SourceSpan At)> steps)
    {
        foreach (var (key, at) in steps)
        {
            if (Open(table, key, at) is not { } next)
                return null;
            table = next;
        }
        return table;
    }

    // A table that is there, the last one of a table array, or a new one.
    private SettingsTable? Open(SettingsTable parent, string key, SourceSpan at)
    {
        var location = Below(parent, key, at);
        if (!parent.TryGet(key, out var node))
            parent.TryAdd(key, node = new SettingsTable(location, location));
        return node as SettingsTable ?? (node is SettingsArray { Items: [.., var last] } ? last as SettingsTable : null) ?? Refuse<SettingsTable>(location);
    }

    private T? Refuse<T>(SettingLocation location)
        where T : class
    {
        _problems.Error("the key is already set", location);
        return null;
    }

    private static List<(string Key, SourceSpan At)> Steps(KeySyntax name)
    {
        var steps = new List<(string, SourceSpan)> { (Text(name.Key), name.Span) };
        foreach (var dotted in name.DotKeys)
            steps.Add((Text(dotted.Key), dotted.Key?.Span ?? name.Span));
        return steps;
    }

    private static string Text(BareKeyOrStringValueSyntax? key) => key switch
    {
        BareKeySyntax bare => bare.Key?.Text ?? "",
        StringValueSyntax quoted => quoted.Value ?? "",
        _ => "",
    };

    private SettingLocation Below(SettingsTable parent, string key, SourceSpan at) => At(at, SettingPath.Append(parent.Location.Key, key));

    private SettingLocation At(SourceSpan span, string key) => new(_file, span.Start.Line + 1, span.Start.Column + 1, key);
}
