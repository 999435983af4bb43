namespace Smtpd.Mongo;

/// <summary>Everything that a connection string says about a cluster, checked and with its defaults. Made by <see cref="ConnectionString"/>.</summary>
/// <param name="Hosts">Servers to begin with, each once; empty where <see cref="SrvHost"/> names them.</param>
internal sealed record MongoConnectionSettings(IReadOnlyList<MongoHost> Hosts)
{
    /// <summary>The name whose SRV and TXT records name the hosts (<c>mongodb+srv</c>); null where the string names them.</summary>
    public string? SrvHost { get; init; }

    /// <summary>The service in the SRV record's name: <c>_mongodb._tcp.example.com</c>.</summary>
    public string SrvService { get; init; } = "mongodb";

    /// <summary>At most so many of the hosts that DNS names are used; 0: all.</summary>
    public int SrvMaxHosts { get; init; }

    /// <summary>The database in the string's path; null for none. It is where the user is looked up unless <c>authSource</c> says otherwise.</summary>
    public string? Database { get; init; }

    /// <summary>Null where nobody signs in.</summary>
    public MongoCredential? Credential { get; init; }

    public MongoTlsSettings Tls { get; init; } = new(false);

    /// <summary>The replica set that it must be; null: whatever it is.</summary>
    public string? ReplicaSet { get; init; }

    /// <summary>True: the one host is used whatever it is, and others are not looked for.</summary>
    public bool DirectConnection { get; init; }

    /// <summary>True when a load balancer stands in front of the cluster, which this client does not do.</summary>
    public bool LoadBalanced { get; init; }

    /// <summary>How Smtpd calls itself in the server's log; null: by its name alone.</summary>
    public string? ApplicationName { get; init; }

    public WriteConcern WriteConcern { get; init; } = WriteConcern.Safe;

    /// <summary>The level of reads; null: the server's default.</summary>
    public string? ReadConcern { get; init; }

    public ReadPreference ReadPreference { get; init; } = ReadPreference.Primary;

    public bool RetryWrites { get; init; } = true;

    public bool RetryReads { get; init; } = true;

    public MongoTimes Times { get; init; } = new();

    public MongoPoolLimits Pool { get; init; } = new();

    /// <summary>What in the string deserves a word to the operator; none holds a secret.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>What the string asks for and this client cannot do; null when it can do all.</summary>
    public string? Unsupported =>
        LoadBalanced ? "option loadBalanced: a load balancer in front of MongoDB is not supported; name the servers themselves"
        : Credential is { IsSupported: false } credential ? $"option authMechanism: {credential.Mechanism} is not supported; there are SCRAM-SHA-256, SCRAM-SHA-1 and MONGODB-X509"
        : null;

    /// <summary>The hosts, for logs.</summary>
    public string Description => SrvHost is { } srv ? $"mongodb+srv://{srv}" : $"mongodb://{string.Join(',', Hosts)}";

    /// <summary>Without secrets.</summary>
    public override string ToString() => Description;
}
