using Smtpd.Mongo.Bson;

namespace Smtpd.Mongo.Topology;

/// <summary>The numbers of errors by which a server says that it is not what it was.</summary>
internal static class ServerCodes
{
    public const int ShutdownInProgress = 91;
    public const int PrimarySteppedDown = 189;
    public const int LegacyNotPrimary = 10058;
    public const int NotWritablePrimary = 10107;
    public const int InterruptedAtShutdown = 11600;
    public const int InterruptedDueToStateChange = 11602;
    public const int NotPrimaryNoSecondaryOk = 13435;
    public const int NotPrimaryOrSecondary = 13436;

    /// <summary>A reply's code. Old servers sent a text alone; what it stands for is taken for it then.</summary>
    public static int Of(BsonDocument reply)
    {
        if (reply["code"u8] is { Exists: true } code) return code.AsInt32();
        string text = reply["errmsg"u8].AsString() ?? "";
        return text.Contains("not master or secondary", StringComparison.OrdinalIgnoreCase) || text.Contains("node is recovering", StringComparison.OrdinalIgnoreCase) ? NotPrimaryOrSecondary
            : text.Contains("not master", StringComparison.OrdinalIgnoreCase) ? LegacyNotPrimary
            : 0;
    }

    /// <summary>True when the server is not primary, or is no member that takes anything now.</summary>
    public static bool IsStateChange(int code) => IsNotPrimary(code) || code is InterruptedAtShutdown or InterruptedDueToStateChange or NotPrimaryOrSecondary or PrimarySteppedDown or ShutdownInProgress;

    public static bool IsNotPrimary(int code) => code is NotWritablePrimary or NotPrimaryNoSecondaryOk or LegacyNotPrimary;

    /// <summary>True when the process is about to end, and its connections with it.</summary>
    public static bool IsShutdown(int code) => code is InterruptedAtShutdown or ShutdownInProgress;
}
