using System.Globalization;

namespace Smtpd.Web.Delivery;

/// <summary>How a body is written on its way (RFC 9110 §8.4.1).</summary>
internal enum ContentCoding { Identity, Gzip }

/// <summary>Reads what a client accepts (RFC 9110 §12.5.3).</summary>
internal static class ContentCodings
{
    /// <param name="field">Value of Accept-Encoding; null when there is none.</param>
    /// <param name="isWorthIt">False for bodies that gain nothing: they are written as they are, unless the client forbids just that.</param>
    /// <returns>Null when the client accepts nothing that there is.</returns>
    public static ContentCoding? Choose(string? field, bool isWorthIt)
    {
        if (field is null) return ContentCoding.Identity;
        double? gzip = null, identity = null, others = null;
        foreach (string member in field.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            string[] parts = member.Split(';', StringSplitOptions.TrimEntries);
            if (Weight(parts) is not { } weight) continue;
            switch (parts[0].ToLowerInvariant())
            {
                case "gzip" or "x-gzip": gzip = weight; break;
                case "identity": identity = weight; break;
                case "*": others = weight; break;
            }
        }
        double forGzip = gzip ?? others ?? 0;
        // Not named it is welcome, but less than what is named (§12.5.3, rule 3).
        double forIdentity = identity ?? (others is 0 ? 0 : double.Epsilon);
        bool mustCode = forIdentity <= 0;
        if (forGzip > 0 && (mustCode || (isWorthIt && forGzip >= forIdentity))) return ContentCoding.Gzip;
        return mustCode ? null : ContentCoding.Identity;
    }

    /// <summary>1 when none is given, null when it is none (§12.4.2).</summary>
    private static double? Weight(string[] parts)
    {
        if (parts.Length == 1) return 1;
        if (parts.Length != 2 || !parts[1].StartsWith("q=", StringComparison.OrdinalIgnoreCase)) return null;
        ReadOnlySpan<char> text = parts[1].AsSpan(2).Trim();
        return double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double weight) && weight is >= 0 and <= 1 ? weight : null;
    }
}
