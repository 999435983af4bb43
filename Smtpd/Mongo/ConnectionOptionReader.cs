using System.Globalization;

namespace Smtpd.Mongo;

/// <summary>
/// Makes settings of a connection string's options. A value that makes no sense is passed over with a warning, as MongoDB's own clients
/// do; options that contradict each other are an error.
/// </summary>
internal sealed class ConnectionOptionReader(ConnectionOptions options)
{
    private readonly List<string> _warnings = [];

    /// <exception cref="ConnectionStringException">Options contradict each other or what stands in front of them.</exception>
    public MongoConnectionSettings Read(List<MongoHost> hosts, bool isSrv, string? database, string? user, string? password)
    {
        var standard = new MongoConnectionSettings(isSrv ? [] : hosts);
        MongoConnectionSettings settings = standard with
        {
            SrvHost = isSrv ? hosts[0].Name : null,
            Database = database,
            Credential = ReadCredential(database, user, password),
            Tls = ReadTls(isSrv),
            ReplicaSet = Text("replicaSet"),
            DirectConnection = Boolean("directConnection") ?? IsDirectByOldName(),
            LoadBalanced = Boolean("loadBalanced") ?? false,
            ApplicationName = Text("appName"),
            WriteConcern = ReadWriteConcern(),
            ReadConcern = Text("readConcernLevel"),
            ReadPreference = ReadReadPreference(),
            RetryWrites = Boolean("retryWrites") ?? standard.RetryWrites,
            RetryReads = Boolean("retryReads") ?? standard.RetryReads,
            Times = ReadTimes(),
            Pool = ReadPool(),
        };
        if (isSrv) settings = settings with { SrvService = Text("srvServiceName") ?? standard.SrvService, SrvMaxHosts = Number("srvMaxHosts", 0) ?? 0 };
        else if (options.Has("srvServiceName") | options.Has("srvMaxHosts")) throw new ConnectionStringException("options srvServiceName and srvMaxHosts go with mongodb+srv only");
        Check(settings, hosts.Count, isSrv);
        // Nothing is compressed here, whatever a server may offer.
        options.Has("compressors");
        Number("zlibCompressionLevel", -1, 9);
        foreach (string unknown in options.Unknown) _warnings.Add($"{unknown} is not known and does nothing");
        return settings with { Warnings = [.. _warnings] };
    }

    private static void Check(MongoConnectionSettings settings, int hosts, bool isSrv)
    {
        if (settings.DirectConnection && (hosts > 1 || isSrv)) throw new ConnectionStringException("option directConnection goes with one host, named without mongodb+srv");
        if (settings.SrvMaxHosts > 0 && settings.ReplicaSet is not null) throw new ConnectionStringException("options srvMaxHosts and replicaSet exclude each other");
        if (!settings.LoadBalanced) return;
        if (hosts > 1) throw new ConnectionStringException("option loadBalanced goes with one host");
        if (settings.DirectConnection || settings.ReplicaSet is not null) throw new ConnectionStringException("option loadBalanced excludes directConnection and replicaSet");
    }

    /// <summary>The original's client said it by another option.</summary>
    private bool IsDirectByOldName() => Choice("connect", ["direct", "replicaSet"]) == "direct";

    private MongoCredential? ReadCredential(string? database, string? user, string? password)
    {
        string? source = options.Last("authSource");
        string? mechanism = Text("authMechanism");
        List<KeyValuePair<string, string>> properties = Pairs("authMechanismProperties", options.Last("authMechanismProperties")) ?? [];
        if (source is "") throw new ConnectionStringException("option authSource is empty");
        switch (mechanism)
        {
            case null when user is null:
                return null;
            case null or MongoCredential.ScramSha1 or MongoCredential.ScramSha256:
                if (user is null) throw new ConnectionStringException($"option authMechanism: {mechanism} needs a user name");
                return new MongoCredential(user, password, source ?? database ?? "admin", mechanism) { Properties = properties };
            case MongoCredential.X509:
                if (password is not null) throw new ConnectionStringException("option authMechanism: MONGODB-X509 goes without a password");
                if (source is not (null or MongoCredential.External)) throw new ConnectionStringException("option authSource: with MONGODB-X509 it is $external");
                return new MongoCredential(user, null, MongoCredential.External, mechanism) { Properties = properties };
            case "PLAIN":
                if (user is null) throw new ConnectionStringException("option authMechanism: PLAIN needs a user name");
                return new MongoCredential(user, password, source ?? database ?? MongoCredential.External, mechanism) { Properties = properties };
            default:
                return new MongoCredential(user, password, source ?? MongoCredential.External, mechanism) { Properties = properties };
        }
    }

    private MongoTlsSettings ReadTls(bool isSrv)
    {
        bool? tls = Boolean("tls"), ssl = Boolean("ssl");
        if (tls is not null && ssl is not null && tls != ssl) throw new ConnectionStringException("options tls and ssl contradict each other");
        string[] loose = ["tlsInsecure", "tlsAllowInvalidCertificates", "tlsDisableCertificateRevocationCheck", "tlsDisableOCSPEndpointCheck"];
        string[] there = [.. loose.Where(options.Has)];
        if (there.Length > 1) throw new ConnectionStringException($"options {there[0]} and {there[1]} exclude each other");
        if (there is ["tlsInsecure"] && options.Has("tlsAllowInvalidHostnames")) throw new ConnectionStringException("options tlsInsecure and tlsAllowInvalidHostnames exclude each other");
        bool insecure = Boolean("tlsInsecure") ?? false;
        Boolean("tlsDisableCertificateRevocationCheck");
        Boolean("tlsDisableOCSPEndpointCheck");
        return new MongoTlsSettings(tls ?? ssl ?? isSrv)
        {
            AuthoritiesFile = Text("tlsCAFile"),
            CertificateFile = Text("tlsCertificateKeyFile"),
            CertificatePassword = options.Last("tlsCertificateKeyFilePassword"),
            AllowsInvalidCertificates = (Boolean("tlsAllowInvalidCertificates") ?? false) || insecure,
            AllowsInvalidNames = (Boolean("tlsAllowInvalidHostnames") ?? false) || insecure,
        };
    }

    private WriteConcern ReadWriteConcern()
    {
        WriteConcern safe = WriteConcern.Safe;
        string? mode = Text("w");
        int? members = null;
        if (int.TryParse(mode, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number))
        {
            if (number < 0) throw new ConnectionStringException("option w is less than 0");
            (members, mode) = (number, null);
        }
        else
        {
            mode ??= safe.Mode;
        }
        bool? journal = Boolean("journal") ?? Boolean("j");
        if (members == 0 && journal == true) throw new ConnectionStringException("options w=0 and journal=true contradict each other");
        if (options.Has("wtimeout")) _warnings.Add("option wtimeout has the new name wTimeoutMS");
        TimeSpan? timeout = Milliseconds("wTimeoutMS", 0) ?? Milliseconds("wtimeout", 0);
        return new WriteConcern(members, mode, journal ?? (members == 0 ? null : safe.Journal), timeout > TimeSpan.Zero ? timeout : null);
    }

    private ReadPreference ReadReadPreference()
    {
        ReadMode mode = Choice("readPreference", ["primary", "primaryPreferred", "secondary", "secondaryPreferred", "nearest"]) switch
        {
            "primaryPreferred" => ReadMode.PrimaryPreferred,
            "secondary" => ReadMode.Secondary,
            "secondaryPreferred" => ReadMode.SecondaryPreferred,
            "nearest" => ReadMode.Nearest,
            _ => ReadMode.Primary,
        };
        List<IReadOnlyDictionary<string, string>> sets = [];
        foreach (string set in options.All("readPreferenceTags") ?? [])
            if (Pairs("readPreferenceTags", set) is { } pairs) sets.Add(new Dictionary<string, string>(pairs.DistinctBy(pair => pair.Key), StringComparer.Ordinal));
        int? staleness = Number("maxStalenessSeconds", -1);
        return new ReadPreference(mode) { TagSets = sets, MaxStaleness = staleness > 0 ? TimeSpan.FromSeconds(staleness.Value) : null };
    }

    private MongoTimes ReadTimes()
    {
        var standard = new MongoTimes();
        return new MongoTimes
        {
            Connect = Milliseconds("connectTimeoutMS", 0) is { } connect ? connect == TimeSpan.Zero ? Timeout.InfiniteTimeSpan : connect : standard.Connect,
            Socket = NoneForZero(Milliseconds("socketTimeoutMS", 0)),
            ServerSelection = Milliseconds("serverSelectionTimeoutMS", 0) ?? standard.ServerSelection,
            Heartbeat = Milliseconds("heartbeatFrequencyMS", (int)MongoTimes.LeastHeartbeat.TotalMilliseconds) ?? standard.Heartbeat,
            LocalThreshold = Milliseconds("localThresholdMS", 0) ?? standard.LocalThreshold,
            Operation = NoneForZero(Milliseconds("timeoutMS", 0)),
        };
    }

    private MongoPoolLimits ReadPool()
    {
        var standard = new MongoPoolLimits();
        return new MongoPoolLimits
        {
            Most = Number("maxPoolSize", 0) ?? Number("maxPoolLimit", 0) ?? standard.Most,
            Least = Number("minPoolSize", 0) ?? standard.Least,
            MostConnecting = Number("maxConnecting", 1) ?? standard.MostConnecting,
            MaxIdle = NoneForZero(Milliseconds("maxIdleTimeMS", 0)),
            MaxWait = NoneForZero(Milliseconds("waitQueueTimeoutMS", 0)),
        };
    }

    private static TimeSpan? NoneForZero(TimeSpan? time) => time == TimeSpan.Zero ? null : time;

    /// <summary>Null also, with a warning, where an empty value stands.</summary>
    private string? Text(string name)
    {
        WarnOfSeveral(name);
        string? value = options.Last(name);
        if (value is not "") return value;
        _warnings.Add($"option {name} is empty and does nothing");
        return null;
    }

    private bool? Boolean(string name)
    {
        string? value = Text(name);
        if (value is null or "true" or "false") return value is null ? null : value == "true";
        _warnings.Add($"option {name} is neither true nor false and does nothing");
        return null;
    }

    private int? Number(string name, int least, int most = int.MaxValue)
    {
        string? value = Text(name);
        if (value is null) return null;
        if (int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) && number >= least && number <= most) return number;
        _warnings.Add(string.Create(CultureInfo.InvariantCulture, $"option {name} is not a whole number of at least {least}{(most == int.MaxValue ? "" : $" and at most {most}")} and does nothing"));
        return null;
    }

    private TimeSpan? Milliseconds(string name, int least) => Number(name, least) is { } number ? TimeSpan.FromMilliseconds(number) : null;

    private string? Choice(string name, string[] choices)
    {
        string? value = Text(name);
        string? found = choices.FirstOrDefault(choice => choice.Equals(value, StringComparison.OrdinalIgnoreCase));
        if (value is null || found is not null) return found;
        _warnings.Add($"option {name} is none of {string.Join(", ", choices)} and does nothing");
        return null;
    }

    /// <summary>Reads <c>name:value,name:value</c>; an empty text is no pair. Null, with a warning, where it is none of that.</summary>
    private List<KeyValuePair<string, string>>? Pairs(string name, string? text)
    {
        List<KeyValuePair<string, string>> pairs = [];
        foreach (string pair in text is null or "" ? [] : text.Split(','))
        {
            int colon = pair.IndexOf(':');
            if (colon <= 0)
            {
                _warnings.Add($"option {name} is not of the form name:value,name:value and does nothing");
                return null;
            }
            pairs.Add(new KeyValuePair<string, string>(pair[..colon], pair[(colon + 1)..]));
        }
        return pairs;
    }

    private void WarnOfSeveral(string name)
    {
        if (options.All(name) is { Count: > 1 }) _warnings.Add($"option {name} stands there several times; the last one counts");
    }
}
