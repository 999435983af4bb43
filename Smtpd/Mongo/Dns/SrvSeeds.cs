namespace Smtpd.Mongo.Dns;

/// <summary>Turns the name of a <c>mongodb+srv</c> connection string into the settings that its SRV and TXT records complete.</summary>
internal static class SrvSeeds
{
    /// <returns>With the settings that are complete now.</returns>
    /// <exception cref="DnsException">DNS does not say where the servers are, or says what is not believed.</exception>
    public static async Task<SrvAnswer> ResolveAsync(MongoConnectionSettings settings, DnsClient dns, CancellationToken cancellationToken)
    {
        string host = settings.SrvHost!;
        SrvAnswer answer = await LookUpAsync(settings, dns, cancellationToken).ConfigureAwait(false);
        List<MongoHost> hosts = answer.Hosts;
        if (answer.Strangers.Count > 0) throw new DnsException($"{ServiceOf(settings)} names {answer.Strangers[0]}, which is not of the same domain: it may be somebody else's");
        if (hosts.Count == 0) throw new DnsException($"{ServiceOf(settings)} names no servers in DNS");
        if (settings.SrvMaxHosts > 0 && settings.SrvMaxHosts < hosts.Count)
        {
            MongoHost[] mixed = [.. hosts];
            Random.Shared.Shuffle(mixed);
            hosts = [.. mixed.AsSpan(0, settings.SrvMaxHosts)];
        }
        List<DnsRecord> texts = await TextsAsync(host, dns, cancellationToken).ConfigureAwait(false);
        if (texts.Count > 1) throw new DnsException($"{host} has {texts.Count} TXT records in DNS, and one is allowed");
        MongoConnectionSettings complete = settings with { Hosts = hosts };
        answer.Settings = texts.Count == 0 ? complete : WithOptions(complete, texts[0].Text, host);
        return answer;
    }

    /// <summary>All hosts that DNS names.</summary>
    /// <exception cref="DnsException">DNS gives no answer.</exception>
    public static async Task<SrvAnswer> LookUpAsync(MongoConnectionSettings settings, DnsClient dns, CancellationToken cancellationToken)
    {
        var answer = new SrvAnswer();
        foreach (DnsRecord record in await dns.QueryAsync(ServiceOf(settings), DnsType.Service, cancellationToken).ConfigureAwait(false))
        {
            var server = new MongoHost(record.Text.ToLowerInvariant(), record.Port);
            if (!IsBelow(record.Text, settings.SrvHost!)) answer.Strangers.Add(record.Text);
            else if (record.Port > 0 && !answer.Hosts.Contains(server)) answer.Hosts.Add(server);
            if (record.TimeToLive < answer.TimeToLive) answer.TimeToLive = record.TimeToLive;
        }
        return answer;
    }

    private static string ServiceOf(MongoConnectionSettings settings) => $"_{settings.SrvService}._tcp.{settings.SrvHost}";

    /// <summary>
    /// A server must be within the domain of the name that was asked for, without its first label; whoever can forge an answer could else send
    /// passwords anywhere. Of a name with fewer than three labels it must be below the whole name.
    /// </summary>
    internal static bool IsBelow(string server, string host)
    {
        string name = host.TrimEnd('.');
        int dot = name.IndexOf('.');
        string domain = dot >= 0 && name.IndexOf('.', dot + 1) >= 0 ? name[dot..] : "." + name;
        return server.Length > domain.Length && server.TrimEnd('.').EndsWith(domain, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>A name without TXT records is as good as one with.</summary>
    private static async Task<List<DnsRecord>> TextsAsync(string host, DnsClient dns, CancellationToken cancellationToken)
    {
        try
        {
            return await dns.QueryAsync(host, DnsType.Text, cancellationToken).ConfigureAwait(false);
        }
        catch (DnsException absent) when (absent.Message.EndsWith("does not exist in DNS", StringComparison.Ordinal))
        {
            return [];
        }
    }

    /// <summary>What the connection string itself says is not changed.</summary>
    private static MongoConnectionSettings WithOptions(MongoConnectionSettings settings, string text, string host)
    {
        foreach (string pair in text.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = pair.IndexOf('=');
            string name = equals < 0 ? pair : pair[..equals], value = equals < 0 ? "" : Uri.UnescapeDataString(pair[(equals + 1)..]);
            if (name.Equals("replicaSet", StringComparison.OrdinalIgnoreCase) && value.Length > 0) settings = settings with { ReplicaSet = settings.ReplicaSet ?? value };
            else if (name.Equals("authSource", StringComparison.OrdinalIgnoreCase) && value.Length > 0) settings = settings with { Credential = WithSource(settings, value) };
            else if (name.Equals("loadBalanced", StringComparison.OrdinalIgnoreCase)) settings = settings with { LoadBalanced = settings.LoadBalanced || value == "true" };
            else throw new DnsException($"the TXT record of {host} may say authSource, replicaSet and loadBalanced, and says something else");
        }
        return settings;
    }

    /// <summary>Only where the connection string leaves it at what goes without saying.</summary>
    private static MongoCredential? WithSource(MongoConnectionSettings settings, string source) =>
        settings.Credential is { } credential && credential.Source == (settings.Database ?? "admin") ? credential with { Source = source } : settings.Credential;
}
