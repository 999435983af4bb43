using System.Globalization;

namespace Smtpd.Mime;

/// <summary>What the lines say between which people put files into plain text before there was MIME.</summary>
internal static class EncodedBlockLines
{
    private const int LongestName = 255;

    /// <summary>A line of uuencoding has a length, at most 84 digits, and perhaps a checksum.</summary>
    private const int LongestUuLine = 87;

    /// <summary>Reads <c>begin 644 name</c> (POSIX uuencode), or <c>begin-base64 644 name</c>.</summary>
    public static bool TryReadBegin(ReadOnlySpan<byte> line, out string name, out bool isBase64)
    {
        name = "";
        isBase64 = line.StartsWith("begin-base64 "u8);
        if (!isBase64 && !line.StartsWith("begin "u8)) return false;
        ReadOnlySpan<byte> rest = line[(isBase64 ? 13 : 6)..].TrimStart((byte)' ');
        int mode = rest.IndexOfAnyExceptInRange((byte)'0', (byte)'7');
        if (mode is not (3 or 4) || rest[mode] != ' ') return false;
        name = Name(rest[(mode + 1)..]);
        return true;
    }

    /// <summary>
    /// True of a line that can be data: its letters are those of the encoding, and there are about as many as it says. Blanks at its
    /// end may have been lost on the way.
    /// </summary>
    public static bool IsUuData(ReadOnlySpan<byte> line)
    {
        if (line.IsEmpty) return true;
        if (line.Length > LongestUuLine || line.ContainsAnyExceptInRange((byte)' ', (byte)'`')) return false;
        int digits = (((line[0] - ' ') & 63) + 2) / 3 * 4;
        return line.Length - 1 <= digits + 2 && (digits == 0 || line.Length > 1);
    }

    /// <summary>Reads <c>=ybegin part=1 total=2 line=128 size=123 name=…</c>; the name is the last and may hold anything.</summary>
    /// <param name="part">0 where the file is in one piece.</param>
    /// <param name="size">Of the whole file; -1 when it is not said.</param>
    public static bool TryReadYencBegin(ReadOnlySpan<byte> line, out string name, out int part, out long size)
    {
        name = "";
        part = 0;
        size = -1;
        if (!line.StartsWith("=ybegin "u8) || line.IndexOf(" line="u8) < 0) return false;
        int named = line.IndexOf(" name="u8);
        if (named < 0) return false;
        name = Name(line[(named + " name=".Length)..]);
        part = (int)Math.Clamp(Number(line[..named], " part="u8), 0, int.MaxValue);
        size = Number(line[..named], " size="u8);
        return true;
    }

    private static long Number(ReadOnlySpan<byte> line, ReadOnlySpan<byte> key)
    {
        int found = line.IndexOf(key);
        if (found < 0) return -1;
        ReadOnlySpan<byte> digits = line[(found + key.Length)..];
        int end = digits.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        return long.TryParse(end < 0 ? digits : digits[..end], NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : -1;
    }

    private static string Name(ReadOnlySpan<byte> octets)
    {
        string name = HeaderText.Decode(octets[..Math.Min(octets.Length, LongestName)]).Trim();
        return name.Length > 1 && name[0] == '"' && name[^1] == '"' ? name[1..^1] : name;
    }
}
