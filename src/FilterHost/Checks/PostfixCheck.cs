using FilterHost.Hosting.Configuration;

namespace FilterHost.Checks;

/// <summary>
/// Where Postfix's files do not fit the listeners: mail that would pass unfiltered, be filtered twice, or be taken for another's. Only warnings: the files are Postfix's, and may be for the
/// milters of others. Nothing where Postfix is not installed.
/// </summary>
internal sealed class PostfixCheck
{
    private const int MostNetworks = 5;

    // Each step of the comparison goes through the whole list.
    private const int LongestComparedList = 1000;

    private readonly PostfixConfiguration _postfix;
    private readonly IReadOnlyList<OwnMilter> _ours;
    private readonly IReadOnlyList<MilterTimeout> _timeouts;
    private readonly ProblemList _problems;
    private readonly HashSet<(string Text, SettingLocation? Location)> _said = [];

    private PostfixCheck(PostfixConfiguration postfix, IReadOnlyList<OwnMilter> ours, LoadedSettings settings, ProblemList problems) =>
        (_postfix, _ours, _timeouts, _problems) = (postfix, ours, MilterTimeout.All(settings.Host), problems);

    public static void Run(PostfixConfiguration postfix, IReadOnlyList<OwnMilter> ours, LoadedSettings settings, ProblemList problems)
    {
        if (postfix.IsPresent)
            new PostfixCheck(postfix, ours, settings, problems).Run();
    }

    private void Run()
    {
        var calls = Calls().ToArray();
        foreach (var own in _ours)
        {
            CheckSocket(own, calls);
            CheckNetworks(own);
        }
        foreach (var (service, list) in calls)
        {
            foreach (var own in _ours)
                CheckEntry(own, service, list);
        }
        CheckReinjection(calls);
    }

    // The list that each service calls, its own or that of main.cf; null stands for the service of a master.cf that cannot be read.
    private IEnumerable<(PostfixService? Service, MilterList List)> Calls()
    {
        foreach (var service in _postfix.Services.Where(service => (service.IsSmtpd || service.IsCleanup) && !_postfix.SkipsMilters(service)).DefaultIfEmpty())
        {
            if (service is not { IsCleanup: true })
                yield return (service, ListOf(service, MilterList.Smtpd));
            if (service is not { IsSmtpd: true })
                yield return (service, ListOf(service, MilterList.NonSmtpd));
        }
    }

    private MilterList ListOf(PostfixService? service, string parameter) =>
        new(service?.Options.ContainsKey(parameter) is true ? service : null, parameter, PostfixMilter.ListOf(_postfix.Value(service, parameter)));

    private void CheckSocket(OwnMilter own, (PostfixService? Service, MilterList List)[] calls)
    {
        // One for MTAs on other machines is none of this Postfix's.
        if (!own.Address.IsLoopback)
            return;
        if (!calls.Any(call => call.List.Parameter == MilterList.Smtpd && call.List.Milters.Any(milter => milter.Reaches(own.Address, _postfix))))
            Warn($"no smtpd_milters of Postfix names this listener, so mail by SMTP does not pass it. `filterhost postfix` prints the lines; the name there is {PostfixMilter.Of(own.Address, _postfix)}", own);
        if (own.Signs && !own.Observes && own.Address.Path is null)
        {
            Warn($"every process of this machine can connect to a TCP port and have mail signed. A Unix socket keeps them out: socket = \"unix:{_postfix.QueueDirectory.TrimEnd('/')}/filterhost/sign.sock\", mode = \"0660\", group = \"postfix\"", own);
        }
    }

    private void CheckEntry(OwnMilter own, PostfixService? service, MilterList list)
    {
        var index = list.Milters.ToList().FindIndex(milter => milter.Reaches(own.Address, _postfix));
        if (index < 0)
            return;
        var milter = list.Milters[index];
        var action = Parameter(milter, list, service, "default_action", "milter_default_action", own);
        if (own.Observes && action.Value is not "accept")
            Warn($"this listener only observes, but {action.Place} has {action.Name} = {action.Value}: with the host away mail would wait for it. Write {PostfixMilter.Of(own.Address, _postfix).With("default_action", "accept")} (Postfix 3.0)", own);
        else if (!own.Observes && action.Value is "accept")
            Warn($"{action.Place} has {action.Name} = accept: with the host away mail passes unsigned and unchecked. Write {action.Name} = tempfail", action.Location);
        if (Parameter(milter, list, service, "protocol", "milter_protocol", own) is var protocol && PostfixConfiguration.ListOf(protocol.Value) is [var version, ..] && version is "2" or "3" or "4")
            Warn($"{protocol.Place} has {protocol.Name} = {protocol.Value}: the host then cannot tell whether a space stood after a field's colon, which `simple` signatures cover, and misses macros. Write {protocol.Name} = 6", protocol.Location);
        foreach (var timeout in _timeouts)
        {
            var time = Parameter(milter, list, service, timeout.Attribute, timeout.Parameter, own);
            if (!timeout.Fits(time.Value))
                Warn($"{time.Place} has {time.Name} = {time.Value}, too short for {timeout.Setting} ({Duration.Format(timeout.Budget)}): Postfix gives up before the host answers. Write at least {time.Name} = {MilterTimeout.Format(timeout.Least)}", time.Location);
        }
        if (own.Quarantining is { } filter && list.Milters.Count > index + 1)
            Warn($"filter {filter} may quarantine, and Postfix calls no milter after a quarantine, nor when the message is released: {string.Join(", ", list.Milters.Skip(index + 1).Select(later => later.Address))} in {list.Parameter} ({PlaceOf(list.Service)}) would never see it. Name this listener last", own);
    }

    // What holds for the milter, and where that is written: at the milter, else at the service, else in main.cf, which concerns all listeners alike.
    private (string Value, string Name, string Place, SettingLocation? Location) Parameter(PostfixMilter milter, MilterList list, PostfixService? service, string attribute, string parameter, OwnMilter own) =>
        milter[attribute] is { } value ? (value, attribute, $"{list.Parameter} ({PlaceOf(list.Service)})", (SettingLocation?)At(own))
        : service?.Options.ContainsKey(parameter) is true ? (service.Options[parameter], parameter, PlaceOf(service), null)
        : (_postfix[parameter], parameter, PlaceOf(null), null);

    private void CheckReinjection((PostfixService? Service, MilterList List)[] calls)
    {
        foreach (var service in _postfix.Reinjecting)
        {
            var ours = calls.Where(call => call.Service == service).SelectMany(call => call.List.Milters).Where(milter => _ours.Any(own => milter.Reaches(own.Address, _postfix))).ToArray();
            if (ours.Length > 0)
                Warn($"{PlaceOf(service)} takes mail back from a content filter and calls {string.Join(", ", ours.Select(milter => milter.Address))} a second time. Give the service -o receive_override_options=no_milters; `filterhost postfix` prints its entry", location: null);
        }
    }

    private void CheckNetworks(OwnMilter own)
    {
        if (!own.Address.IsLoopback || !(own.Signs || own.Judges))
            return;
        var clients = own.Plan.Pipeline.Clients.Internal;
        if (clients.Networks.Skip(LongestComparedList).Any())
        {
            Warn($"`internal` has more than {LongestComparedList} networks and so was not compared with Postfix's mynetworks", own);
            return;
        }
        var (relayed, known) = (new NetworkList(_postfix["mynetworks"]), new NetworkList(clients.Networks));
        var without = own.Signs ? "not signed" : "judged like that of strangers";
        if (Describe(relayed.Without(known)) is { } strangers)
            Warn($"Postfix relays for {strangers} (mynetworks), which `internal` of the settings does not have: mail from there is {without}{(clients.HasNames ? ", but for clients that it has by name" : "")}. Add them to `internal`, or take them out of mynetworks", own);
        if (relayed.Unread.Count == 0 && Describe(known.Without(relayed)) is { } guests)
            Warn($"`internal` of the settings has {guests}, for which Postfix does not relay (mynetworks): mail from there is {(own.Signs ? "signed with our keys" : "not judged")} though it may be of strangers. Take them out of `internal`, or add them to mynetworks", own);
        if (relayed.Unread.Count > 0)
            Warn($"mynetworks names {string.Join(", ", relayed.Unread)}, which cannot be read here and so was not compared with `internal`", own);
    }

    private static string? Describe(IEnumerable<System.Net.IPNetwork> networks)
    {
        var first = networks.Take(MostNetworks + 1).Select(network => network.ToString()).ToArray();
        return first.Length switch
        {
            0 => null,
            > MostNetworks => $"{string.Join(", ", first[..MostNetworks])} and more",
            _ => string.Join(", ", first),
        };
    }

    private static string PlaceOf(PostfixService? service) => service is null ? "Postfix's main.cf" : $"Postfix's {service.Title} in master.cf";

    private static SettingLocation At(OwnMilter own) => own.Plan.Listener.Table.Locate("socket");

    private void Warn(string text, OwnMilter own) => Warn(text, At(own));

    // Services share lists and parameters; each is said once.
    private void Warn(string text, SettingLocation? location)
    {
        if (_said.Add((text, location)))
            _problems.Warning(text, location);
    }
}
