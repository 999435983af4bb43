using System.Net;
using System.Text.RegularExpressions;

namespace Smtpd.Configuration;

/// <summary>Everything that can be configured, checked and in its final type. Built once by <see cref="SettingsReader"/>.</summary>
/// <param name="LogFile">The log's file, or <c>stdout</c>; null for standard error.</param>
/// <param name="PidFile">The file that holds the process id while the server runs; null for none.</param>
/// <param name="PidFileIsRequired">False when the server runs without that file where it cannot be written.</param>
internal sealed record Settings(
    LoggingSettings Logging,
    SmtpSettings Smtp,
    Pop3Settings Pop3,
    WebSettings Web,
    DatastoreSettings Datastore,
    string? LogFile,
    string? PidFile,
    bool PidFileIsRequired);

/// <summary>Which lines reach the log, from the rarest to all.</summary>
internal enum LogLevel { Error, Warn, Info, Trace }

internal sealed record LoggingSettings(LogLevel Level);

/// <summary>Where a server listens. <paramref name="ImplicitTls"/>: the TLS handshake comes before the first reply (RFC 8314 §3).</summary>
/// <param name="Proxy">A PROXY header, by which a load balancer names its client, comes before everything else.</param>
internal sealed record ListenAddress(IPEndPoint EndPoint, bool ImplicitTls, bool Proxy = false);

/// <summary>What happens to a message whose DATA holds a CR or LF that is not part of a CRLF pair (RFC 5321 §2.3.8).</summary>
internal enum BareLineFeeds { Reject, Keep }

/// <param name="Domain">The name in greeting, trace lines and ids.</param>
/// <param name="AllowedHosts">Domains for which anybody may send mail, as written; <c>*</c> or <c>.</c> stands for all. Empty: only trusted hosts may send.</param>
/// <param name="TrustedHosts">Clients that may send to every domain. IPv4 addresses that are mapped into IPv6 stand here as IPv4.</param>
/// <param name="CertificateFile">Certificate chain in PEM; null, together with <paramref name="PrivateKeyFile"/>, where there is no TLS.</param>
/// <param name="MaxMessageBytes">Octets of one message; the value of SIZE (RFC 1870).</param>
/// <param name="StoreMessages">False: mail is accepted, announced and thrown away.</param>
/// <param name="MailboxPlus">True: <c>name+tag</c> shares the mailbox of <c>name</c>.</param>
internal sealed record SmtpSettings(
    IReadOnlyList<ListenAddress> Listen,
    string Domain,
    IReadOnlyList<string> AllowedHosts,
    IReadOnlyList<IPNetwork> TrustedHosts,
    string? CertificateFile,
    string? PrivateKeyFile,
    int MaxClients,
    int MaxRecipients,
    TimeSpan MaxIdle,
    long MaxMessageBytes,
    bool StoreMessages,
    BareLineFeeds BareLineFeeds,
    bool MailboxPlus = false)
{
    public TlsSettings Tls { get; init; } = new();

    public SignInSettings SignIn { get; init; } = new();

    /// <summary>True when trusted clients may say by XCLIENT for whom they speak.</summary>
    public bool XClient { get; init; }

    /// <summary>What makes a message spam; null for nothing.</summary>
    public Regex? SpamPattern { get; init; }

    public SpamAction SpamAction { get; init; }

    public BlockSettings Blocks { get; init; } = new();

    /// <summary>MAIL commands on one connection, refused ones counted too: MAILMAX of RFC 9422. 0 for no limit.</summary>
    public int MaxMessages { get; init; }

    public LimitSettings Limits { get; init; } = new();
}

internal sealed record Pop3Settings(IReadOnlyList<ListenAddress> Listen, string Domain, TimeSpan MaxIdle);

/// <summary>Who may use the web page and the API: see docs/api.md, "Signing in".</summary>
internal enum WebAuthentication { Auto, Required, Off }

/// <param name="BasePath">Empty, or a path that starts with a slash and does not end with one.</param>
internal sealed record WebSettings(
    IReadOnlyList<ListenAddress> Listen,
    string BasePath,
    WebAuthentication Authentication,
    int MaxConnections)
{
    /// <summary>Where nginx's questions are answered, and nothing else.</summary>
    public IReadOnlyList<ListenAddress> NginxListen { get; init; } = [];

    /// <summary>Whose X-Forwarded-For and X-Forwarded-Proto are believed.</summary>
    public IReadOnlyList<IPNetwork> TrustedProxies { get; init; } = [];

    /// <summary>True: passwords are taken over plain HTTP too, where they can be read on the way.</summary>
    public bool Insecure { get; init; }

    /// <summary>True: every user sees and changes the mail of all.</summary>
    public bool UsersSeeAll { get; init; }

    /// <summary>True: whoever comes may ask for an account, which is then enabled by hand.</summary>
    public bool TakesRegistrations { get; init; }

    /// <summary>HTML that is shown where somebody signs in; empty for none.</summary>
    public string GreetingFile { get; init; } = "";

    /// <summary>Connections of one address at once, IPv6 by /64; 0 for no limit. Loopback and trusted hosts are not counted.</summary>
    public int ConnectionsOfAddress { get; init; }

    /// <summary>Origins of pages elsewhere that may use the API, as browsers write them.</summary>
    public IReadOnlyList<string> CrossOrigins { get; init; } = [];

    /// <summary>False: everything is sent as it is.</summary>
    public bool Compresses { get; init; } = true;
}

internal enum StorageKind { Sqlite, Memory, Mongo }

/// <param name="Path">The SQLite file; its folder also holds message bodies on their way in.</param>
/// <param name="MinFreeBytes">Free space on the store's file system below which mail is answered <c>452 4.3.1</c>.</param>
/// <param name="MemoryMaxBytes">Octets that the memory store holds before it answers <c>452 4.3.1</c>.</param>
internal sealed record DatastoreSettings(StorageKind Storage, string Path, long MinFreeBytes, long MemoryMaxBytes)
{
    /// <summary>Set exactly for <see cref="StorageKind.Mongo"/>.</summary>
    public MongoSettings? Mongo { get; init; }

    /// <summary>The file that only one process on this computer has: its neighbour is the socket by which it is reached.</summary>
    public string OwnFile => Mongo is { Spools: true } mongo ? mongo.SpoolPath : Path;
}
