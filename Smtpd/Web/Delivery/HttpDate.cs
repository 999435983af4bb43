using System.Globalization;

namespace Smtpd.Web.Delivery;

/// <summary>Dates of header fields (RFC 9110 §5.6.7), to the second.</summary>
internal static class HttpDate
{
    /// <summary>Today's form first, then those of RFC 850 and of C's asctime, which must still be understood.</summary>
    private static readonly string[] s_forms = ["r", "dddd, dd-MMM-yy HH:mm:ss 'GMT'", "ddd MMM d HH:mm:ss yyyy", "ddd MMM  d HH:mm:ss yyyy"];

    public static string Write(DateTimeOffset date) => date.UtcDateTime.ToString("r", CultureInfo.InvariantCulture);

    public static DateTimeOffset? Read(string? text) =>
        DateTimeOffset.TryParseExact(text, s_forms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTimeOffset date) ? date : null;

    /// <summary>The date without what the field cannot say.</summary>
    public static DateTimeOffset ToSecond(DateTimeOffset date) => DateTimeOffset.FromUnixTimeSeconds(date.ToUnixTimeSeconds());
}
