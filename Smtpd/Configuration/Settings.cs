using System.Net;

namespace Smtpd.Configuration;

/// <summary>Everything that can be configured, checked and in its final type. Built once by <c>SettingsReader</c>.</summary>
internal sealed record Settings(
    LoggingSettings Logging,
    SmtpSettings Smtp,
    Pop3Settings Pop3,
    WebSettings Web,
    DatastoreSettings Datastore,
    string? LogFile,
    string? PidFile);

/// <summary>Which lines reach the log, from the rarest to all.</summary>
internal enum LogLevel { Error, Warn, Info, Trace }

internal sealed record LoggingSettings(LogLevel Level);

/// <summary>Where a server listens. <paramref name="ImplicitTls"/>: the TLS handshake comes before the first reply (RFC 8314 §3).</summary>
internal sealed record ListenAddress(IPEndPoint EndPoint, bool ImplicitTls);

/// <summary>What happens to a message whose DATA holds a CR or LF that is not part of a CRLF pair (RFC 5321 §2.3.8).</summary>
internal enum BareLineFeeds { Reject, Keep }

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
    BareLineFeeds BareLineFeeds);

internal sealed record Pop3Settings(IReadOnlyList<ListenAddress> Listen, string Domain, TimeSpan MaxIdle);

/// <summary>Who may use the web page and the API: see docs/api.md, "Signing in".</summary>
internal enum WebAuthentication { Auto, Required, Off }

internal sealed record WebSettings(
    IReadOnlyList<ListenAddress> Listen,
    string BasePath,
    WebAuthentication Authentication,
    int MaxConnections);

internal enum StorageKind { Sqlite, Memory }

/// <param name="Path">The SQLite file; its folder also holds message bodies on their way in.</param>
/// <param name="MinFreeBytes">Free space on the store's file system below which mail is answered <c>452 4.3.1</c>.</param>
/// <param name="MemoryMaxBytes">Octets that the memory store holds before it answers <c>452 4.3.1</c>.</param>
internal sealed record DatastoreSettings(StorageKind Storage, string Path, long MinFreeBytes, long MemoryMaxBytes);
