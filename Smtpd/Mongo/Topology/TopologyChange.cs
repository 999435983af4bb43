using Smtpd.Mail;

namespace Smtpd.Mongo.Topology;

/// <summary>
/// Makes the next description of a cluster when a server has been heard of: which servers belong to it, and which of several that say
/// that they are primary is the newest. The rules are those of MongoDB's Server Discovery and Monitoring. Used once.
/// </summary>
internal sealed class TopologyChange
{
    private readonly Dictionary<MongoHost, ServerDescription> _servers;
    private readonly int _seeds;
    private TopologyKind _kind;
    private string? _setName;
    private int? _maxSetVersion;
    private MessageId? _maxElectionId;

    private TopologyChange(TopologyDescription before)
    {
        _servers = new Dictionary<MongoHost, ServerDescription>(before.Servers);
        _seeds = before.Seeds;
        _kind = before.Kind;
        _setName = before.SetName;
        _maxSetVersion = before.MaxSetVersion;
        _maxElectionId = before.MaxElectionId;
    }

    /// <summary>The next description; the same one when the server is no part of it any more, or when that is old news.</summary>
    public static TopologyDescription Apply(TopologyDescription before, ServerDescription server)
    {
        if (!before.Servers.TryGetValue(server.Host, out ServerDescription? known)) return before;
        if (known.Version is { } old && server.Version is { } now && old.IsNewerThan(now)) return before;
        var change = new TopologyChange(before);
        change.Take(server);
        return before with
        {
            Kind = change._kind,
            Servers = change._servers,
            SetName = change._setName,
            MaxSetVersion = change._maxSetVersion,
            MaxElectionId = change._maxElectionId,
        };
    }

    /// <summary>The next description when DNS names other hosts than at first; the same one where hosts do not come and go so.</summary>
    /// <param name="named">All that are named now.</param>
    /// <param name="most">At most so many are used, chosen by chance; 0: all.</param>
    public static TopologyDescription Apply(TopologyDescription before, IReadOnlyList<MongoHost> named, int most, Random random)
    {
        if (!before.TakesNames) return before;
        MongoHost[] mixed = [.. named];
        random.Shuffle(mixed);
        var servers = new Dictionary<MongoHost, ServerDescription>();
        foreach (MongoHost host in mixed)
            if (before.Servers.TryGetValue(host, out ServerDescription? known)) servers[host] = known;
        bool isChanged = servers.Count < before.Servers.Count;
        foreach (MongoHost host in mixed)
            if (most == 0 || servers.Count < most) isChanged |= servers.TryAdd(host, ServerDescription.Unknown(host));
        return isChanged ? before with { Servers = servers } : before;
    }

    private void Take(ServerDescription server)
    {
        _servers[server.Host] = server;
        switch (_kind)
        {
            case TopologyKind.Single:
                if (_setName is not null && server.Kind != ServerKind.Unknown && server.SetName != _setName)
                    _servers[server.Host] = ServerDescription.Unknown(server.Host, $"it is of the replica set {Shown(server.SetName)}, not {_setName}");
                break;
            case TopologyKind.Unknown:
                TakeFirst(server);
                break;
            case TopologyKind.Sharded:
                if (server.Kind is not (ServerKind.Unknown or ServerKind.Mongos)) _servers.Remove(server.Host);
                break;
            default:
                TakeMember(server);
                LookForPrimary();
                break;
        }
    }

    private void TakeFirst(ServerDescription server)
    {
        switch (server.Kind)
        {
            case ServerKind.Standalone when _seeds == 1:
                _kind = TopologyKind.Single;
                break;
            case ServerKind.Standalone:
                _servers.Remove(server.Host);
                break;
            case ServerKind.Mongos:
                _kind = TopologyKind.Sharded;
                break;
            case ServerKind.Unknown or ServerKind.Ghost:
                break;
            default:
                _kind = TopologyKind.ReplicaSetNoPrimary;
                TakeMember(server);
                LookForPrimary();
                break;
        }
    }

    private void TakeMember(ServerDescription server)
    {
        switch (server.Kind)
        {
            case ServerKind.Unknown or ServerKind.Ghost:
                return;
            case ServerKind.Standalone or ServerKind.Mongos:
                _servers.Remove(server.Host);
                return;
        }
        _setName ??= server.SetName;
        if (_setName != server.SetName) _servers.Remove(server.Host);
        else if (server.Kind == ServerKind.Primary) TakePrimary(server);
        else TakeOtherMember(server);
    }

    /// <summary>Members add hosts while there is no primary that could say who belongs to the set.</summary>
    private void TakeOtherMember(ServerDescription server)
    {
        if (_kind == TopologyKind.ReplicaSetNoPrimary) Add(server.Members);
        // Under another name it will be found where it is listed; counted twice, it would be asked twice.
        if (server.Me is { } me && me != server.Host) _servers.Remove(server.Host);
    }

    private void TakePrimary(ServerDescription server)
    {
        if (IsStale(server))
        {
            _servers[server.Host] = ServerDescription.Unknown(server.Host, "it says that it is primary, and a newer primary has been seen");
            return;
        }
        foreach ((MongoHost host, ServerDescription other) in _servers.Where(pair => pair.Key != server.Host && pair.Value.Kind == ServerKind.Primary).ToArray())
            _servers[host] = ServerDescription.Unknown(host, $"{server.Host} is primary now");
        Add(server.Members);
        foreach (MongoHost host in _servers.Keys.Except(server.Members).ToArray()) _servers.Remove(host);
    }

    /// <summary>
    /// A primary that was cut off from the others goes on saying that it is one until it notices. Elections have growing ids; servers
    /// before 6.0 gave them out anew with each configuration, so that its version counts first.
    /// </summary>
    private bool IsStale(ServerDescription server)
    {
        if (server.Wire.Most >= WireVersions.ElectionFirst)
        {
            int order = Compare(server.ElectionId, _maxElectionId) is not 0 and var election ? election : Compare(server.SetVersion, _maxSetVersion);
            if (order < 0) return true;
            (_maxElectionId, _maxSetVersion) = (server.ElectionId, server.SetVersion);
            return false;
        }
        if (server is { SetVersion: { } version, ElectionId: { } id })
        {
            if (_maxSetVersion is { } newest && _maxElectionId is { } newestId && (newest > version || (newest == version && newestId > id))) return true;
            _maxElectionId = id;
        }
        if (server.SetVersion is { } any && !(_maxSetVersion >= any)) _maxSetVersion = any;
        return false;
    }

    /// <summary>What is not there comes before everything that is.</summary>
    private static int Compare<T>(T? left, T? right) where T : struct, IComparable<T> => Nullable.Compare(left, right);

    private void Add(IReadOnlyList<MongoHost> hosts)
    {
        foreach (MongoHost host in hosts) _servers.TryAdd(host, ServerDescription.Unknown(host));
    }

    private void LookForPrimary() =>
        _kind = _servers.Values.Any(server => server.Kind == ServerKind.Primary) ? TopologyKind.ReplicaSetWithPrimary : TopologyKind.ReplicaSetNoPrimary;

    private static string Shown(string? setName) => setName ?? "none";
}
