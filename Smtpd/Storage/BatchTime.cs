namespace Smtpd.Storage;

/// <summary>How much longer than others a batch with large messages may be on its way to a database.</summary>
internal static class BatchTime
{
    /// <summary>Octets a second that a connection to a database carries at the least.</summary>
    private const double OctetsPerSecond = 1024 * 1024;

    /// <summary>On top of the time that any batch may take.</summary>
    public static TimeSpan ForSizeOf(IReadOnlyList<ReceivedMail> batch) => TimeSpan.FromSeconds(batch.Sum(mail => mail.Body.Length) / OctetsPerSecond);
}
