namespace Smtpd.Mongo.Topology;

/// <summary>Which servers may take an operation. Pure: whoever waits for a server asks again with the next description.</summary>
internal static class ServerSelector
{
    /// <summary>Servers that fit, whatever their distance.</summary>
    /// <param name="preference">Null for a write.</param>
    /// <param name="avoided">Servers that have just failed; they are taken only where no other fits.</param>
    /// <param name="heartbeat">How often servers are asked: their staleness is not known more exactly.</param>
    public static IReadOnlyList<ServerDescription> Suitable(TopologyDescription topology, ReadPreference? preference, TimeSpan heartbeat, IReadOnlyCollection<MongoHost>? avoided = null)
    {
        if (avoided is { Count: > 0 } && Among([.. topology.Servers.Values.Where(server => !avoided.Contains(server.Host))], topology.Kind, preference, heartbeat) is { Count: > 0 } others) return others;
        return Among([.. topology.Servers.Values], topology.Kind, preference, heartbeat);
    }

    /// <summary>Those of them that are hardly further away than the nearest.</summary>
    public static IReadOnlyList<ServerDescription> InWindow(IReadOnlyList<ServerDescription> suitable, TimeSpan localThreshold)
    {
        if (suitable.Count < 2) return suitable;
        TimeSpan most = suitable.Min(Distance) + localThreshold;
        return [.. suitable.Where(server => Distance(server) <= most)];
    }

    /// <summary>Of two that chance names the one that has less to do: so no server is flooded by all who see it idle at once.</summary>
    /// <param name="underWay">Operations that are under way on a server.</param>
    /// <returns>Null when there is none.</returns>
    public static ServerDescription? Pick(IReadOnlyList<ServerDescription> inWindow, Func<MongoHost, int> underWay, Random random)
    {
        if (inWindow.Count < 2) return inWindow.Count == 0 ? null : inWindow[0];
        int first = random.Next(inWindow.Count), second = random.Next(inWindow.Count - 1);
        if (second >= first) second++;
        return underWay(inWindow[second].Host) < underWay(inWindow[first].Host) ? inWindow[second] : inWindow[first];
    }

    private static List<ServerDescription> Among(List<ServerDescription> servers, TopologyKind kind, ReadPreference? preference, TimeSpan heartbeat) => kind switch
    {
        TopologyKind.Single => [.. servers.Where(server => server.Kind != ServerKind.Unknown)],
        TopologyKind.Sharded => [.. servers.Where(server => server.Kind == ServerKind.Mongos)],
        TopologyKind.ReplicaSetNoPrimary or TopologyKind.ReplicaSetWithPrimary => Members(servers, preference ?? ReadPreference.Primary, heartbeat),
        _ => [],
    };

    private static List<ServerDescription> Members(List<ServerDescription> servers, ReadPreference preference, TimeSpan heartbeat)
    {
        List<ServerDescription> primary = [.. servers.Where(server => server.Kind == ServerKind.Primary)];
        return preference.Mode switch
        {
            ReadMode.Primary => primary,
            ReadMode.PrimaryPreferred => primary.Count > 0 ? primary : Secondaries(),
            ReadMode.Secondary => Secondaries(),
            ReadMode.SecondaryPreferred => Secondaries() is { Count: > 0 } secondaries ? secondaries : primary,
            _ => Tagged(Fresh([.. servers.Where(server => server.Kind is ServerKind.Primary or ServerKind.Secondary)])),
        };

        List<ServerDescription> Secondaries() => Tagged(Fresh([.. servers.Where(server => server.Kind == ServerKind.Secondary)]));

        List<ServerDescription> Fresh(List<ServerDescription> among) => preference.MaxStaleness is not { } most ? among
            : [.. among.Where(server => StalenessOf(server, servers, heartbeat) is not { } behind || behind <= most)];

        List<ServerDescription> Tagged(List<ServerDescription> among)
        {
            if (preference.TagSets.Count == 0) return among;
            foreach (IReadOnlyDictionary<string, string> set in preference.TagSets)
            {
                List<ServerDescription> found = [.. among.Where(server => set.All(tag => server.Tags.TryGetValue(tag.Key, out string? value) && value == tag.Value))];
                if (found.Count > 0) return found;
            }
            return [];
        }
    }

    /// <summary>How far a secondary is behind the primary, or behind the newest secondary where there is none; null where it is not known.</summary>
    private static TimeSpan? StalenessOf(ServerDescription server, List<ServerDescription> servers, TimeSpan heartbeat)
    {
        if (server.Kind == ServerKind.Primary) return TimeSpan.Zero;
        if (server.LastWrite is not { } written) return null;
        if (servers.Find(other => other.Kind == ServerKind.Primary) is { LastWrite: { } newest } primary) return (server.Updated - written) - (primary.Updated - newest) + heartbeat;
        return servers.Where(other => other.Kind == ServerKind.Secondary).Max(other => other.LastWrite) - written + heartbeat;
    }

    private static TimeSpan Distance(ServerDescription server) => server.RoundTripTime ?? TimeSpan.MaxValue / 2;
}
