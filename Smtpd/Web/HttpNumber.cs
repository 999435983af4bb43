using System.Globalization;

namespace Smtpd.Web;

/// <summary>Reads numbers of queries.</summary>
internal static class HttpNumber
{
    /// <summary>Digits only: long.TryParse alone lets NULs pass at the end.</summary>
    public static bool TryParse(string text, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && text.AsSpan().IndexOfAnyExceptInRange('0', '9') < 0;
}
