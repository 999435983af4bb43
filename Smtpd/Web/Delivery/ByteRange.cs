using System.Globalization;

namespace Smtpd.Web.Delivery;

/// <summary>The piece of a body that a client asks for.</summary>
internal readonly record struct ByteRange(long First, long Count)
{
    /// <summary>What may be said without a thought about overflow.</summary>
    private const int MostDigits = 18;

    private const string Unit = "bytes=";

    /// <summary>
    /// Reads a Range field (RFC 9110 §14.2). Several ranges in one request, units that we do not know and what is no range are passed
    /// over: the answer is the whole then, as §14.2 allows.
    /// </summary>
    /// <param name="length">Octets of the whole.</param>
    /// <param name="range">The piece; null when none of it exists.</param>
    /// <returns>False when the field is to be passed over.</returns>
    public static bool TryRead(string? field, long length, out ByteRange? range)
    {
        range = null;
        if (field is null || !field.StartsWith(Unit, StringComparison.OrdinalIgnoreCase) || field.Contains(',', StringComparison.Ordinal)) return false;
        ReadOnlySpan<char> spec = field.AsSpan(Unit.Length).Trim(" \t");
        int dash = spec.IndexOf('-');
        if (dash < 0) return false;
        if (dash == 0)
        {
            if (!TryNumber(spec[1..], out long suffix)) return false;
            long count = Math.Min(suffix, length);
            if (count > 0) range = new ByteRange(length - count, count);
            return true;
        }
        if (!TryNumber(spec[..dash], out long first)) return false;
        long last = length - 1;
        if (spec[(dash + 1)..] is { Length: > 0 } end && (!TryNumber(end, out last) || last < first)) return false;
        if (first < length) range = new ByteRange(first, Math.Min(last, length - 1) - first + 1);
        return true;
    }

    private static bool TryNumber(ReadOnlySpan<char> text, out long number)
    {
        number = 0;
        if (text.IsEmpty || text.IndexOfAnyExceptInRange('0', '9') >= 0) return false;
        text = text.TrimStart('0');
        number = text.Length > MostDigits ? long.MaxValue : text.IsEmpty ? 0 : long.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
        return true;
    }

    public string Describe(long length) => string.Create(CultureInfo.InvariantCulture, $"bytes {First}-{First + Count - 1}/{length}");
}
