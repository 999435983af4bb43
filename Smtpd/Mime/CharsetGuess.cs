using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Smtpd.Mime;

/// <summary>
/// What undeclared text is written in. Marks and shapes are certain. Letters are counted only where the answer is safe: Cyrillic
/// has long runs of high octets as no western text has, Japanese its syllables in every sentence, Chinese and Korean are pairs of
/// octets without exception. The rest is windows-1252.
/// </summary>
internal static class CharsetGuess
{
    /// <summary>Octets that are looked at where counting decides.</summary>
    private const int SampleOctets = 64 * 1024;

    /// <summary>By a byte order mark; null when there is none.</summary>
    /// <param name="length">Octets of the mark.</param>
    public static Encoding? ByMark(ReadOnlySpan<byte> octets, out int length)
    {
        length = 0;
        if (octets.Length < 2 || octets[0] is not (0xEF or 0xFE or 0xFF or 0x00)) return null;
        length = 3;
        if (octets.StartsWith("\uFEFF"u8)) return Encoding.UTF8;
        length = 4;
        if (octets.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE, 0, 0])) return Encoding.UTF32;
        if (octets.StartsWith((ReadOnlySpan<byte>)[0, 0, 0xFE, 0xFF])) return CodePages.Of(12001);
        length = 2;
        if (octets[0] == 0xFF && octets[1] == 0xFE) return Encoding.Unicode;
        if (octets[0] == 0xFE && octets[1] == 0xFF) return Encoding.BigEndianUnicode;
        length = 0;
        return null;
    }

    /// <summary>ASCII, the escapes of ISO-2022-JP and -KR, UTF-8, and UTF-16 by its zeros; null when it is none of these.</summary>
    public static Encoding? ByShape(ReadOnlySpan<byte> octets)
    {
        if (octets.Contains((byte)0) && Utf16(octets) is { } utf16) return utf16;
        if (Ascii.IsValid(octets))
        {
            if (!octets.Contains((byte)0x1B)) return Encoding.UTF8;
            bool isKorean = octets.IndexOf("\u001B$)C"u8) >= 0;
            bool isJapanese = octets.IndexOf("\u001B$B"u8) >= 0 || octets.IndexOf("\u001B$@"u8) >= 0 || octets.IndexOf("\u001B$("u8) >= 0;
            return isKorean ? CodePages.Of(CodePages.Iso2022Kr) : isJapanese ? CodePages.Of(CodePages.Iso2022Jp) : Encoding.UTF8;
        }
        return Utf8.IsValid(octets) ? Encoding.UTF8 : null;
    }

    /// <summary>True when there is at least one character of UTF-8 beyond ASCII, and no more broken ones than whole ones.</summary>
    public static bool HasUtf8(ReadOnlySpan<byte> octets)
    {
        int whole = 0, broken = 0;
        octets = octets[..Math.Min(octets.Length, SampleOctets)];
        while (octets.IndexOfAnyInRange((byte)0x80, (byte)0xFF) is >= 0 and int next)
        {
            octets = octets[next..];
            if (Rune.DecodeFromUtf8(octets, out _, out int length) == OperationStatus.Done) whole++;
            else broken++;
            octets = octets[length..];
        }
        return whole > 0 && whole >= broken;
    }

    /// <summary>By what the octets beyond ASCII are; windows-1252 when in doubt.</summary>
    public static Encoding ByLetters(ReadOnlySpan<byte> octets)
    {
        octets = octets[..Math.Min(octets.Length, SampleOctets)];
        if (octets.IndexOfAnyInRange((byte)0x80, (byte)0xFF) < 0) return Encoding.UTF8;
        // Damaged UTF-8 is more often met than anything that looks like it.
        if (HasUtf8(octets)) return Encoding.UTF8;
        return Cyrillic(octets) ?? Japanese(octets) ?? ChineseOrKorean(octets) ?? Charsets.Western;
    }

    /// <summary>Nine of ten octets of one parity zero: letters of the West in two octets each.</summary>
    private static Encoding? Utf16(ReadOnlySpan<byte> octets)
    {
        octets = octets[..Math.Min(octets.Length, SampleOctets)];
        int even = 0, odd = 0, pairs = octets.Length / 2;
        for (int i = 0; i + 1 < octets.Length; i += 2)
        {
            if (octets[i] == 0) even++;
            if (octets[i + 1] == 0) odd++;
        }
        if (pairs < 4) return null;
        if (odd * 10 >= pairs * 9 && even * 10 <= pairs) return Encoding.Unicode;
        return even * 10 >= pairs * 9 && odd * 10 <= pairs ? Encoding.BigEndianUnicode : null;
    }

    private static Encoding? Cyrillic(ReadOnlySpan<byte> octets)
    {
        int letters = 0, others = 0, inWords = 0, run = 0, upperHalf = 0;
        foreach (byte octet in octets)
        {
            bool isLetter = octet >= 0xC0;
            if (isLetter)
            {
                letters++;
                run++;
                if (octet >= 0xE0) upperHalf++;
                continue;
            }
            // The letter io is elsewhere: 0xA8 and 0xB8 of windows-1251, 0xA3 and 0xB3 of KOI8-R. Quotation marks and dashes are below 0xA0.
            if (octet >= 0xA0 && octet is not (0xA0 or 0xA3 or 0xA8 or 0xAB or 0xB3 or 0xB8 or 0xB9 or 0xBB)) others++;
            if (run >= 3) inWords += run;
            run = 0;
        }
        if (run >= 3) inWords += run;
        if (letters < 8 || others * 20 > letters || inWords * 10 < letters * 7) return null;
        // Small letters are in the upper half of windows-1251, and in the lower half of KOI8-R.
        return CodePages.Of(upperHalf * 2 >= letters ? 1251 : 20866);
    }

    private static Encoding? Japanese(ReadOnlySpan<byte> octets)
    {
        int eucPairs = 0, eucKana = 0, eucBad = 0;
        for (int i = 0; i < octets.Length; i++)
        {
            if (octets[i] < 0x80) continue;
            byte next = i + 1 < octets.Length ? octets[i + 1] : (byte)0xA1;
            if (octets[i] >= 0xA1 && next >= 0xA1)
            {
                eucPairs++;
                if (octets[i] is 0xA4 or 0xA5) eucKana++;
                i++;
            }
            else eucBad++;
        }
        if (eucBad == 0 && eucPairs >= 4 && eucKana * 3 >= eucPairs) return CodePages.Of(CodePages.EucJpWhole);
        int pairs = 0, kana = 0, bad = 0;
        for (int i = 0; i < octets.Length; i++)
        {
            if (octets[i] < 0x80) continue;
            byte next = i + 1 < octets.Length ? octets[i + 1] : (byte)0x40;
            if (octets[i] is (>= 0x81 and <= 0x9F) or (>= 0xE0 and <= 0xFC) && next is >= 0x40 and not (0x7F or > 0xFC))
            {
                pairs++;
                if (octets[i] == 0x82 && next >= 0x9F || octets[i] == 0x83 && next <= 0x96) kana++;
                i++;
            }
            else bad++;
        }
        return bad == 0 && pairs >= 4 && kana * 3 >= pairs ? CodePages.Of(CodePages.Japanese) : null;
    }

    /// <summary>GB 18030, EUC-KR or Big5, where every octet beyond ASCII is one of a pair, and most pairs stand beside another.</summary>
    private static Encoding? ChineseOrKorean(ReadOnlySpan<byte> octets)
    {
        int pairs = 0, neighbours = 0, lowTrails = 0, letters = 0, syllables = 0, common = 0, behind = -1;
        for (int i = 0; i < octets.Length; i++)
        {
            if (octets[i] < 0x80) continue;
            byte next = i + 1 < octets.Length ? octets[i + 1] : (byte)0xA1;
            if (octets[i] is < 0xA1 or 0xFF || next is < 0x40 or (> 0x7E and < 0xA1) or 0xFF) return null;
            pairs++;
            if (i == behind) neighbours++;
            if (next < 0x80) lowTrails++;
            if (octets[i] >= 0xB0) letters++;
            // The rows of Hangul; in Chinese they hold the first half of the usual letters only.
            if (octets[i] is >= 0xB0 and <= 0xC8) syllables++;
            // Big5 has its usual letters and its punctuation here.
            if (octets[i] <= 0xC6) common++;
            behind = ++i + 1;
        }
        if (pairs < 6 || neighbours * 2 < pairs) return null;
        if (lowTrails == 0) return CodePages.Of(syllables * 20 >= letters * 19 ? CodePages.Korean : CodePages.Gb18030);
        return common * 10 >= pairs * 8 && lowTrails * 10 >= pairs ? CodePages.Of(CodePages.Big5) : null;
    }
}
