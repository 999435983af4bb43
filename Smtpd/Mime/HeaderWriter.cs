using System.Buffers;
using System.Globalization;
using System.Text;

namespace Smtpd.Mime;

/// <summary>
/// Writes fields of a header (RFC 5322 §2.2): folded, with encoded words (RFC 2047) and encoded parameters (RFC 2231) for what is
/// not ASCII. Values hold no control characters; whoever calls has looked.
/// </summary>
internal static class HeaderWriter
{
    /// <summary>Letters of a line, so that it stays below the 78 of RFC 5322 §2.1.1 with what follows.</summary>
    private const int LineLetters = 76;

    /// <summary>Longer words without a blank would make lines beyond the 998 octets of RFC 5322 §2.1.1; they are encoded.</summary>
    private const int LongestWord = 900;

    /// <summary>Longer names are encoded, which lets them be folded.</summary>
    private const int LongestPlainName = 60;

    /// <summary>Octets of an encoded word: with what stands around them they make less than its 75 letters (RFC 2047 §2).</summary>
    private const int WordOctets = 45;

    /// <summary>Letters of one piece of a parameter.</summary>
    private const int PieceLetters = 56;

    private static readonly SearchValues<char> s_atomLetters =
        SearchValues.Create("!#$%&'*+-/=?^_`{|}~ 0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    private static readonly string[] s_days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
    private static readonly string[] s_months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

    /// <summary>A field whose value is text for people, or for a program that reads it as it is.</summary>
    public static void Unstructured(StringBuilder output, string name, string value)
    {
        output.Append(name).Append(": ");
        if (IsPlain(value)) Fold(output, value, name.Length + 2);
        else Encode(output, value, name.Length + 2);
        output.Append("\r\n");
    }

    /// <summary>A field of addresses; nothing when there are none. Addresses beyond ASCII stand in UTF-8 (RFC 6532).</summary>
    public static void Addresses(StringBuilder output, string name, IReadOnlyList<(string Name, string Address)> addresses)
    {
        for (int i = 0; i < addresses.Count; i++)
        {
            output.Append(i == 0 ? $"{name}: " : ",\r\n ");
            int start = output.Length;
            AppendPhrase(output, addresses[i].Name, name.Length + 2);
            if (output.Length == start) output.Append(addresses[i].Address);
            else output.Append(output.Length - start + addresses[i].Address.Length > LineLetters ? "\r\n <" : " <").Append(addresses[i].Address).Append('>');
        }
        if (addresses.Count > 0) output.Append("\r\n");
    }

    /// <summary>A parameter of the field that is being written, on a line of its own.</summary>
    public static void Parameter(StringBuilder output, string name, string value)
    {
        output.Append(";\r\n ");
        if (Ascii.IsValid(value) && value.Length <= PieceLetters)
        {
            output.Append(name).Append("=\"").Append(Quoted(value)).Append('"');
            return;
        }
        List<string> pieces = Pieces(value);
        for (int i = 0; i < pieces.Count; i++)
        {
            if (i > 0) output.Append(";\r\n ");
            output.Append(name);
            if (pieces.Count > 1) output.Append(CultureInfo.InvariantCulture, $"*{i}");
            output.Append("*=").Append(i == 0 ? "utf-8''" : "").Append(pieces[i]);
        }
    }

    /// <summary>A date as RFC 5322 §3.3 writes it.</summary>
    public static string Date(DateTimeOffset time) => string.Create(CultureInfo.InvariantCulture,
        $"{s_days[(int)time.DayOfWeek]}, {time.Day} {s_months[time.Month - 1]} {time.Year:D4} {time.Hour:D2}:{time.Minute:D2}:{time.Second:D2} {(time.Offset < TimeSpan.Zero ? '-' : '+')}{time.Offset:hhmm}");

    /// <summary>True when the text comes out of a header as it went in.</summary>
    private static bool IsPlain(string value)
    {
        if (value.Length == 0) return true;
        if (value.AsSpan().ContainsAnyExceptInRange(' ', '~') || value[0] == ' ' || value[^1] == ' ' || value.Contains("=?", StringComparison.Ordinal)) return false;
        return !value.Split(' ').Any(word => word.Length > LongestWord);
    }

    private static void AppendPhrase(StringBuilder output, string name, int column)
    {
        if (name.Length == 0) return;
        if (!IsPlain(name) || name.Length > LongestPlainName) Encode(output, name, column);
        else if (name.AsSpan().ContainsAnyExcept(s_atomLetters)) output.Append('"').Append(Quoted(name)).Append('"');
        else output.Append(name);
    }

    private static string Quoted(string value) => value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);

    /// <summary>Breaks lines before blanks (RFC 5322 §2.2.3), which stay: unfolding takes away nothing but the line ends.</summary>
    private static void Fold(StringBuilder output, string value, int column)
    {
        int position = 0;
        while (position < value.Length)
        {
            int blanks = position;
            while (blanks < value.Length && value[blanks] == ' ') blanks++;
            int end = value.IndexOf(' ', blanks);
            if (end < 0) end = value.Length;
            if (position > 0 && column + end - position > LineLetters)
            {
                output.Append("\r\n");
                column = 0;
            }
            output.Append(value, position, end - position);
            column += end - position;
            position = end;
        }
    }

    /// <summary>Encoded words; no letter is split between two (RFC 2047 §5).</summary>
    private static void Encode(StringBuilder output, string value, int column)
    {
        Span<byte> octets = stackalloc byte[WordOctets];
        int held = 0;
        bool isFirst = true;
        // The first line has less room, by what stands before it.
        int room = Math.Max(WordOctets - (column * 3 / 4), 12);
        foreach (Rune rune in value.EnumerateRunes())
        {
            if (held + rune.Utf8SequenceLength > room)
            {
                Append(octets[..held], ref isFirst, output);
                (held, room) = (0, WordOctets);
            }
            held += rune.EncodeToUtf8(octets[held..]);
        }
        Append(octets[..held], ref isFirst, output);

        static void Append(ReadOnlySpan<byte> word, ref bool isFirst, StringBuilder output)
        {
            output.Append(isFirst ? "" : "\r\n ").Append("=?utf-8?B?").Append(Convert.ToBase64String(word)).Append("?=");
            isFirst = false;
        }
    }

    /// <summary>The value in UTF-8 with percent signs (RFC 2231 §4), cut into pieces between letters.</summary>
    private static List<string> Pieces(string value)
    {
        var pieces = new List<string>();
        var piece = new StringBuilder();
        Span<byte> octets = stackalloc byte[4];
        foreach (Rune rune in value.EnumerateRunes())
        {
            if (piece.Length + (3 * rune.Utf8SequenceLength) > PieceLetters)
            {
                pieces.Add(piece.ToString());
                piece.Clear();
            }
            foreach (byte octet in octets[..rune.EncodeToUtf8(octets)])
            {
                if (char.IsAsciiLetterOrDigit((char)octet) || octet is (byte)'.' or (byte)'-' or (byte)'_') piece.Append((char)octet);
                else piece.Append(CultureInfo.InvariantCulture, $"%{octet:X2}");
            }
        }
        pieces.Add(piece.ToString());
        return pieces;
    }
}
