using System.Buffers;

namespace Smtpd.Mime;

/// <summary>
/// Reads a Date field (RFC 5322 §3.3 and §4.3) in the shapes that occur: with and without a weekday, seconds or zone; the year
/// first, in the middle or last; month names or numbers; ISO 8601; comments and foreign words anywhere. One pass, no strings.
/// </summary>
internal ref struct DateReader
{
    private static readonly SearchValues<byte> _betweenWords = SearchValues.Create(" \t\r\n,;()"u8);

    private ReadOnlySpan<byte> _rest;

    private int _day;
    private int _month;
    private int _year;
    private TimeSpan? _time;
    private TimeSpan _zone;

    /// <summary>A number says more of a zone than a name.</summary>
    private bool _isZoneNumber;

    private bool _isWrong;

    private DateReader(ReadOnlySpan<byte> value)
    {
        _rest = value;
        _year = -1;
    }

    /// <summary>Null when there is no date to be read.</summary>
    /// <param name="value">The field's value, which may be folded.</param>
    public static DateTimeOffset? Read(ReadOnlySpan<byte> value)
    {
        var reader = new DateReader(value);
        while (reader.TryReadWord(out ReadOnlySpan<byte> word)) reader.Take(word);
        return reader.Result();
    }

    /// <summary>Passes over what separates words, comments with those inside them among it (RFC 5322 §3.2.2).</summary>
    private bool TryReadWord(out ReadOnlySpan<byte> word)
    {
        bool isBehindSemicolon = false;
        while (!_rest.IsEmpty)
        {
            byte octet = _rest[0];
            if (octet == '(')
            {
                PassComment();
                continue;
            }
            isBehindSemicolon |= octet == ';';
            if (octet is not ((byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n' or (byte)',' or (byte)';' or (byte)')')) break;
            _rest = _rest[1..];
        }
        // In a Received field the date stands behind the last semicolon (RFC 5321 §4.4).
        if (isBehindSemicolon && !_rest.IsEmpty) this = new DateReader(_rest);
        int end = _rest.IndexOfAny(_betweenWords);
        if (end < 0) end = _rest.Length;
        word = _rest[..end];
        _rest = _rest[end..];
        return end > 0;
    }

    private void PassComment()
    {
        int depth = 0;
        for (int i = 0; i < _rest.Length; i++)
        {
            byte octet = _rest[i];
            if (octet == '\\') i++;
            else if (octet == '(') depth++;
            else if (octet == ')' && --depth == 0)
            {
                _rest = _rest[(i + 1)..];
                return;
            }
        }
        _rest = default;
    }

    private void Take(ReadOnlySpan<byte> word)
    {
        byte first = word[0];
        if (char.IsAsciiDigit((char)first)) TakeNumber(word);
        else if (first is (byte)'+' or (byte)'-') TakeZone(word);
        else if (DateWords.Month(word) is > 0 and int month)
        {
            if (_month == 0) _month = month;
        }
        else if (_time is { } time && DateWords.HalfOfDay(word) is { } half) _time = DateWords.InHalf(time, half);
        else if (_time is not null && DateWords.TryReadNamedZone(word, out TimeSpan offset, out bool isNumber)) SetZone(offset, isNumber);
    }

    private void TakeZone(ReadOnlySpan<byte> word)
    {
        if (_time is not null && DateWords.TryReadOffset(word, out TimeSpan offset)) SetZone(offset, isNumber: true);
    }

    private void SetZone(TimeSpan offset, bool isNumber)
    {
        if (_isZoneNumber && !isNumber) return;
        _isZoneNumber = isNumber;
        _zone = offset;
    }

    /// <summary>Takes a day, a year, a time, a whole date, or a date and a time with a T between them (ISO 8601).</summary>
    private void TakeNumber(ReadOnlySpan<byte> word)
    {
        int digits = DateWords.ReadNumber(word, out int number);
        if (digits == word.Length)
        {
            if (_day == 0 && digits <= 2) _day = number;
            else if (_year < 0) _year = DateWords.Year(number, digits);
            return;
        }
        byte behind = word[digits];
        if (behind == ':') TakeTime(word);
        else if (behind is (byte)'-' or (byte)'/' or (byte)'.') TakeDivided(word, behind);
        else if ((behind | 0x20) == 't' && digits == 8)
        {
            TakeDate(number / 10000, 4, number / 100 % 100, number % 100, 2);
            TakeTime(word[(digits + 1)..]);
        }
        // 1st, 2nd, 3rd, 4th
        else if (_day == 0 && digits <= 2 && word.Length == digits + 2) _day = number;
    }

    private void TakeTime(ReadOnlySpan<byte> word)
    {
        if (_time is not null) return;
        if (!DateWords.TryReadTime(ref word, out TimeSpan time))
        {
            _isWrong = true;
            return;
        }
        _time = time;
        if (!word.IsEmpty) Take(word);
    }

    /// <summary>4-Mar-2004, 2004-03-04T05:06:07Z, 03/04/2004, 04.03.2004, or a time with dots.</summary>
    private void TakeDivided(ReadOnlySpan<byte> word, byte mark)
    {
        int one = DateWords.ReadNumber(word, out int first);
        ReadOnlySpan<byte> rest = word[(one + 1)..];
        if (mark == '.' && (_day > 0 || rest.IsEmpty))
        {
            ReadOnlySpan<byte> time = word;
            if (_day == 0 && one <= 2) _day = first;
            else if (DateWords.TryReadTime(ref time, out _)) TakeTime(word);
            return;
        }
        int length = rest.IndexOf(mark);
        if (length < 0) return;
        int second = DateWords.Month(rest[..length]);
        bool isNamed = second > 0;
        if (!isNamed && (DateWords.ReadNumber(rest, out second) != length || length == 0))
        {
            _isWrong |= mark != '.';
            return;
        }
        rest = rest[(length + 1)..];
        int three = DateWords.ReadNumber(rest, out int third);
        if (three == 0)
        {
            _isWrong = true;
            return;
        }
        if (one == 4 || first > 31) TakeDate(first, one, second, third, three);
        // Where a slash divides, the month stands first, unless it cannot be one.
        else if (mark == '/' && !isNamed && first <= 12) TakeDate(third, three, first, second, length);
        else TakeDate(third, three, second, first, one);
        rest = rest[three..];
        if (rest.Length > 1 && (rest[0] | 0x20) == 't') TakeTime(rest[1..]);
        else if (rest.Length > 1 && rest[0] == ':') TakeTime(rest[1..]);
    }

    private void TakeDate(int year, int yearDigits, int month, int day, int dayDigits)
    {
        if (_day > 0 && _month > 0 && _year >= 0) return;
        (_year, _month, _day) = (DateWords.Year(year, yearDigits), month, day);
        _isWrong |= dayDigits > 2 || month == 0;
    }

    private readonly DateTimeOffset? Result()
    {
        if (_isWrong || _month is < 1 or > 12 || _year is < 1 or > 9998 || _day < 1 || _day > DateTime.DaysInMonth(_year, _month)) return null;
        return new DateTimeOffset(new DateTime(_year, _month, _day) + (_time ?? TimeSpan.Zero), _zone);
    }
}
