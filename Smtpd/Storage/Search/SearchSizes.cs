using System.Globalization;

namespace Smtpd.Storage.Search;

/// <summary>Reads sizes: octets, or thousands of 1,024 of them by <c>k</c>, <c>M</c> and <c>G</c>.</summary>
internal static class SearchSizes
{
    private const NumberStyles Number = NumberStyles.AllowDecimalPoint;

    /// <summary>Octets; null when the text is no size.</summary>
    public static long? Read(string text)
    {
        ReadOnlySpan<char> rest = text.AsSpan().Trim();
        if (rest.EndsWith("b", StringComparison.OrdinalIgnoreCase)) rest = rest[..^1];
        if (rest.Length > 1 && rest.EndsWith("i", StringComparison.OrdinalIgnoreCase) && char.IsAsciiLetter(rest[^2])) rest = rest[..^1];
        if (rest.IsEmpty) return null;
        int power = char.ToLowerInvariant(rest[^1]) switch { 'k' => 1, 'm' => 2, 'g' => 3, _ => 0 };
        if (power > 0) rest = rest[..^1].TrimEnd();
        if (!decimal.TryParse(rest, Number, CultureInfo.InvariantCulture, out decimal number) || number < 0 || number > long.MaxValue >> 31) return null;
        return (long)(number * (1L << (10 * power)));
    }
}
