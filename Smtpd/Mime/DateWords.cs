using System.Buffers.Binary;
using System.Text;

namespace Smtpd.Mime;

/// <summary>The words of which dates are made.</summary>
internal static class DateWords
{
    /// <summary>More digits than any number has that is part of a date, and few enough for an integer.</summary>
    private const int MostDigits = 9;

    private static readonly TimeSpan _farthestZone = TimeSpan.FromHours(14);

    /// <summary>1 to 12 for a name, or the beginning of a name, of three letters or more; 0 for other words.</summary>
    public static int Month(ReadOnlySpan<byte> word) => word.Length < 3 ? 0 : Letters(word) switch
    {
        'j' << 16 | 'a' << 8 | 'n' => 1,
        'f' << 16 | 'e' << 8 | 'b' => 2,
        'm' << 16 | 'a' << 8 | 'r' => 3,
        'a' << 16 | 'p' << 8 | 'r' => 4,
        'm' << 16 | 'a' << 8 | 'y' => 5,
        'j' << 16 | 'u' << 8 | 'n' => 6,
        'j' << 16 | 'u' << 8 | 'l' => 7,
        'a' << 16 | 'u' << 8 | 'g' => 8,
        's' << 16 | 'e' << 8 | 'p' => 9,
        'o' << 16 | 'c' << 8 | 't' => 10,
        'n' << 16 | 'o' << 8 | 'v' => 11,
        'd' << 16 | 'e' << 8 | 'c' => 12,
        _ => 0,
    };

    /// <summary>The first three octets as one number, letters in lower case.</summary>
    private static int Letters(ReadOnlySpan<byte> word) => (word[0] << 16 | BinaryPrimitives.ReadUInt16BigEndian(word[1..])) | 0x202020;

    /// <summary>How many digits stand in front, and the number that they are; too many digits are no number of a date.</summary>
    public static int ReadNumber(ReadOnlySpan<byte> word, out int number)
    {
        number = 0;
        int digits = 0;
        for (; digits < word.Length && char.IsAsciiDigit((char)word[digits]); digits++) number = digits < MostDigits ? (number * 10) + (word[digits] - '0') : int.MaxValue;
        return digits;
    }

    /// <summary>Years of two and three digits count as RFC 5322 §4.3 says.</summary>
    public static int Year(int number, int digits) => digits switch
    {
        <= 2 => number < 50 ? 2000 + number : 1900 + number,
        3 => 1900 + number,
        _ => number < 100 ? Year(number, 2) : number,
    };

    /// <summary>
    /// Takes hours, minutes, perhaps seconds and a fraction from the front, with colons or dots between them. A leap second counts as the
    /// one before it; 24:00 is the end of the day (ISO 8601).
    /// </summary>
    public static bool TryReadTime(ref ReadOnlySpan<byte> word, out TimeSpan time)
    {
        time = default;
        int digits = ReadNumber(word, out int hour);
        if (digits is 4 or 6 && (digits == word.Length || word[digits] is not ((byte)':' or (byte)'.'))) return TryReadCompactTime(ref word, digits, hour, out time);
        if (digits == 0 || !TryReadNext(ref word, digits, out int minute)) return false;
        int second = 0;
        bool hasSecond = word.Length > 1 && word[0] is (byte)':' or (byte)'.' && char.IsAsciiDigit((char)word[1]);
        if (hasSecond)
        {
            digits = ReadNumber(word[1..], out second);
            word = word[(1 + digits)..];
            // Milliseconds and the like.
            if (word.Length > 0 && word[0] == '.') word = word[(1 + ReadNumber(word[1..], out _))..];
        }
        if (word.Length > 0 && word[0] == ':') return false;
        return TryMake(hour, minute, second, out time);
    }

    private static bool TryReadNext(ref ReadOnlySpan<byte> word, int behind, out int number)
    {
        number = 0;
        if (behind >= word.Length || word[behind] is not ((byte)':' or (byte)'.')) return false;
        int digits = ReadNumber(word[(behind + 1)..], out number);
        word = word[(behind + 1 + digits)..];
        return digits > 0;
    }

    private static bool TryReadCompactTime(ref ReadOnlySpan<byte> word, int digits, int number, out TimeSpan time)
    {
        word = word[digits..];
        if (digits == 4) number *= 100;
        return TryMake(number / 10000, number / 100 % 100, number % 100, out time);
    }

    private static bool TryMake(int hour, int minute, int second, out TimeSpan time)
    {
        bool isTime = hour <= 23 ? minute <= 59 && second <= 60 : hour == 24 && minute == 0 && second == 0;
        time = isTime ? new TimeSpan(hour, minute, Math.Min(second, 59)) : default;
        return isTime;
    }

    /// <summary>True for PM, false for AM, null for other words.</summary>
    public static bool? HalfOfDay(ReadOnlySpan<byte> word)
    {
        if (Ascii.EqualsIgnoreCase(word, "PM"u8)) return true;
        return Ascii.EqualsIgnoreCase(word, "AM"u8) ? false : null;
    }

    public static TimeSpan InHalf(TimeSpan time, bool isAfternoon)
    {
        if (isAfternoon && time.Hours is > 0 and < 12) return time + TimeSpan.FromHours(12);
        return !isAfternoon && time is { Days: 0, Hours: 12 } ? time - TimeSpan.FromHours(12) : time;
    }

    /// <summary>Reads +0100, +100, +01:00 or +01. What no place on earth has counts as zero.</summary>
    public static bool TryReadOffset(ReadOnlySpan<byte> word, out TimeSpan offset)
    {
        offset = TimeSpan.Zero;
        if (word.IsEmpty || word[0] is not ((byte)'+' or (byte)'-')) return false;
        int digits = ReadNumber(word[1..], out int number);
        ReadOnlySpan<byte> rest = word[(1 + digits)..];
        if (digits is 0 or > 4) return false;
        if (digits <= 2)
        {
            number *= 100;
            if (rest.Length == 3 && rest[0] == ':' && ReadNumber(rest[1..], out int minutes) == 2)
            {
                number += minutes;
                rest = default;
            }
        }
        // Something else that begins with a sign.
        if (!rest.IsEmpty && char.IsAsciiLetterOrDigit((char)rest[0])) return false;
        var read = new TimeSpan(number / 100, number % 100, 0);
        if (read <= _farthestZone) offset = word[0] == '-' ? -read : read;
        return true;
    }

    /// <summary>
    /// Reads the names of RFC 5322 §4.3, also with an offset behind them (GMT+0200). Other names and military zones, of which half the world
    /// had the sign wrong, count as if there were none.
    /// </summary>
    public static bool TryReadNamedZone(ReadOnlySpan<byte> word, out TimeSpan offset, out bool isNumber)
    {
        offset = TimeSpan.Zero;
        isNumber = false;
        if (word.Length > 3 && word[3] is (byte)'+' or (byte)'-' && (Ascii.EqualsIgnoreCase(word[..3], "GMT"u8) || Ascii.EqualsIgnoreCase(word[..3], "UTC"u8)))
        {
            isNumber = TryReadOffset(word[3..], out offset);
            return true;
        }
        int? hours = word.Length switch
        {
            1 when (word[0] | 0x20) == 'z' => 0,
            2 when Ascii.EqualsIgnoreCase(word, "UT"u8) => 0,
            3 => Hours(word),
            // As EST5EDT.
            7 when char.IsAsciiDigit((char)word[3]) => Hours(word[..3]),
            _ => null,
        };
        if (hours is null) return false;
        offset = TimeSpan.FromHours(hours.Value);
        return true;
    }

    private static int? Hours(ReadOnlySpan<byte> name) => Letters(name) switch
    {
        'g' << 16 | 'm' << 8 | 't' or 'u' << 16 | 't' << 8 | 'c' => 0,
        'e' << 16 | 's' << 8 | 't' or 'c' << 16 | 'd' << 8 | 't' => -5,
        'e' << 16 | 'd' << 8 | 't' or 'a' << 16 | 's' << 8 | 't' => -4,
        'c' << 16 | 's' << 8 | 't' or 'm' << 16 | 'd' << 8 | 't' => -6,
        'm' << 16 | 's' << 8 | 't' or 'p' << 16 | 'd' << 8 | 't' => -7,
        'p' << 16 | 's' << 8 | 't' => -8,
        'a' << 16 | 'd' << 8 | 't' => -3,
        _ => null,
    };
}
