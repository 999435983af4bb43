using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;

namespace Smtpd.Tests.Mongo;

/// <summary>The octets of a decimal number (IEEE 754-2008 decimal128, binary encoding of the digits) from its text.</summary>
internal static partial class Decimal128Text
{
    private const int MostDigits = 34;
    private const int LeastExponent = -6176;
    private const int MostExponent = 6111;

    /// <exception cref="FormatException">The text is no number, or one that the format cannot hold exactly.</exception>
    public static UInt128 Parse(string text)
    {
        Match match = Number().Match(text);
        if (!match.Success) throw new FormatException($"{text} is no decimal number");
        UInt128 sign = match.Groups["sign"].Value == "-" ? UInt128.One << 127 : 0;
        if (match.Groups["nan"].Success) return (UInt128)0x7C << 120;
        if (match.Groups["infinity"].Success) return sign | ((UInt128)0x78 << 120);

        string fraction = match.Groups["fraction"].Value;
        string digits = (match.Groups["whole"].Value + fraction).TrimStart('0');
        BigInteger wanted = match.Groups["exponent"].Success ? BigInteger.Parse(match.Groups["exponent"].Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture) : 0;
        wanted -= fraction.Length;

        if (digits.Length == 0) return Packed(sign, 0, (int)BigInteger.Clamp(wanted, LeastExponent, MostExponent));
        while ((digits.Length > MostDigits || wanted < LeastExponent) && digits.EndsWith('0'))
        {
            digits = digits[..^1];
            wanted++;
        }
        while (wanted > MostExponent && digits.Length < MostDigits)
        {
            digits += "0";
            wanted--;
        }
        if (digits.Length > MostDigits || wanted < LeastExponent || wanted > MostExponent) throw new FormatException($"{text} cannot be held exactly");
        return Packed(sign, UInt128.Parse(digits, CultureInfo.InvariantCulture), (int)wanted);
    }

    private static UInt128 Packed(UInt128 sign, UInt128 digits, int exponent) => sign | ((UInt128)(exponent - LeastExponent) << 113) | digits;

    [GeneratedRegex(@"^(?<sign>[+-]?)((?<infinity>inf(inity)?)|(?<nan>nan)|(?<whole>\d+)(\.(?<fraction>\d*))?(e(?<exponent>[+-]?\d+))?|\.(?<fraction>\d+)(e(?<exponent>[+-]?\d+))?)\z", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Number();
}
