using System.Collections.Concurrent;

namespace FilterHost.EndToEnd.Tests.Harness;

/// <summary>What came of the messages to one listener, and how long each took.</summary>
internal sealed class LoadReport
{
    private readonly ConcurrentQueue<(string Answer, TimeSpan Time)> _messages = new();

    public int Count => _messages.Count;

    /// <summary>The answers that there were, with how many messages had each.</summary>
    public IReadOnlyDictionary<string, int> Answers => _messages.GroupBy(message => message.Answer).ToDictionary(group => group.Key, group => group.Count());

    /// <summary>Half of the messages took no longer.</summary>
    public TimeSpan Median => _messages.Select(message => message.Time).Order().ElementAt(_messages.Count / 2);

    /// <summary>One message in twenty took longer.</summary>
    public TimeSpan Slow => _messages.Select(message => message.Time).Order().ElementAt(_messages.Count * 19 / 20);

    public void Add(string answer, TimeSpan time) => _messages.Enqueue((answer, time));
}
