using System.Text;

namespace Smtpd.Mime;

/// <summary>Big5 as the Encoding standard has it (WHATWG §13), which is that of Hong Kong.</summary>
internal sealed class Big5Encoding : MailEncoding
{
    private readonly Dictionary<int, string> _letters = [];

    /// <summary>The four letters that are two in Unicode.</summary>
    private static string? Pair(int code) => code switch
    {
        0x8862 => "\u00CA\u0304",
        0x8864 => "\u00CA\u030C",
        0x88A3 => "\u00EA\u0304",
        0x88A5 => "\u00EA\u030C",
        _ => null,
    };

    private readonly Encoding _library;

    /// <param name="library">The library's, which is that of Windows.</param>
    public Big5Encoding(Encoding library) : base("big5")
    {
        _library = library;
        foreach ((byte lead, byte skipped, string letters) in Big5Letters.Rows)
        {
            int cell = skipped;
            foreach (Rune rune in letters.EnumerateRunes())
            {
                if (rune.Value != '.') _letters[(lead << 8) | cell] = rune.ToString();
                cell++;
            }
        }
    }

    protected override void Decode(ReadOnlySpan<byte> octets, StringBuilder text)
    {
        Span<char> letters = stackalloc char[4];
        while (!octets.IsEmpty)
        {
            int ascii = octets.IndexOfAnyInRange((byte)0x80, (byte)0xFF);
            if (ascii < 0) ascii = octets.Length;
            text.Append(ASCII.GetString(octets[..ascii]));
            octets = octets[ascii..];
            if (octets.IsEmpty) return;
            int cell = octets[0] is >= 0x81 and <= 0xFE && octets.Length > 1 ? Big5Letters.Cell(octets[1]) : -1;
            if (cell < 0)
            {
                text.Append(Unknown);
                octets = octets[1..];
                continue;
            }
            if ((_letters.GetValueOrDefault((octets[0] << 8) | cell) ?? Pair((octets[0] << 8) | octets[1])) is { } known) text.Append(known);
            else text.Append(letters[.._library.GetChars(octets[..2], letters)]);
            octets = octets[2..];
        }
    }
}
