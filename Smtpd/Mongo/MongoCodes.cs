using Smtpd.Mongo.Topology;

namespace Smtpd.Mongo;

/// <summary>The numbers of errors that something follows from, beside those of <see cref="ServerCodes"/>.</summary>
internal static class MongoCodes
{
    public const int HostUnreachable = 6;
    public const int HostNotFound = 7;
    public const int AuthenticationFailed = 18;
    public const int IllegalOperation = 20;
    public const int LockTimeout = 24;
    public const int NamespaceNotFound = 26;
    public const int IndexNotFound = 27;
    public const int CursorNotFound = 43;
    public const int LockBusy = 46;
    public const int NamespaceExists = 48;
    public const int MaxTimeExpired = 50;
    public const int StaleShardVersion = 63;
    public const int WriteConcernTimeout = 64;
    public const int ShardNotFound = 70;
    public const int NoProgressMade = 82;
    public const int NetworkTimeout = 89;
    public const int WriteConflict = 112;
    public const int NoHostForReadPreference = 133;
    public const int ReadConcernNotAvailableYet = 134;
    public const int StaleEpoch = 150;
    public const int StaleDatabaseVersion = 249;
    public const int ChangeStreamFatal = 280;
    public const int ChangeStreamHistoryLost = 286;
    public const int ExceededTimeLimit = 262;
    public const int DuplicateKey = 11000;
    public const int DuplicateKeyOnUpdate = 11001;
    public const int Interrupted = 11601;
    public const int DuplicateKeyLegacy = 12582;
    public const int StaleConfiguration = 13388;
    public const int SocketException = 9001;

    /// <summary>True when the same command may well succeed on the next try, perhaps on another server.</summary>
    public static bool IsRetryable(int code) => ServerCodes.IsStateChange(code)
        || code is HostUnreachable or HostNotFound or NetworkTimeout or ExceededTimeLimit or SocketException;

    /// <summary>True of errors of single writes that are about the cluster and not about the document.</summary>
    public static bool IsPassing(int code) => IsRetryableRead(code)
        || code is LockTimeout or LockBusy or MaxTimeExpired or StaleShardVersion or WriteConcernTimeout or ShardNotFound or NoProgressMade or WriteConflict
            or NoHostForReadPreference or StaleEpoch or StaleDatabaseVersion or Interrupted or StaleConfiguration;

    /// <summary>The same for reads.</summary>
    public static bool IsRetryableRead(int code) => IsRetryable(code) || code == ReadConcernNotAvailableYet;
}
