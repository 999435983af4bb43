using System.Globalization;

namespace Smtpd.Storage.Spooling;

/// <summary>How long a batch may take to reach a distant store.</summary>
internal static class CommitTimes
{
    /// <summary>Octets a second that a connection to a database carries at the least; a batch of large messages gets the time for its size on top.</summary>
    private const double OctetsPerSecond = 1024 * 1024;

    public static TimeSpan For(TimeSpan time, long octets) => time + TimeSpan.FromSeconds(octets / OctetsPerSecond);

    public static string Shown(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.###} s");
}
