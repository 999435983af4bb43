using System.Text;

namespace Smtpd.Mail.Unicode;

/// <summary>
/// Prepares user names and passwords for comparison (RFC 4013, a profile of RFC 3454). Letters that are newer than that standard's
/// Unicode 3.2 are taken, as it says for queries (RFC 3454 §7): a password made of them must not be refused for its age.
/// </summary>
internal static class SaslPrep
{
    /// <summary>The prepared text; null when it holds what no name or password may hold.</summary>
    public static string? Prepare(string text)
    {
        if (Ascii.IsValid(text)) return text.AsSpan().ContainsAnyInRange('\0', '\u001F') || text.Contains('\u007F') ? null : text;
        string prepared = Normalization.Nfkc(Map(text));
        bool hasRightToLeft = false, hasLeftToRight = false;
        BidiClass first = BidiClass.Other, last = BidiClass.Other;
        for (int i = 0; i < prepared.Length;)
        {
            int point = Normalization.CodePointAt(prepared, i, out int length);
            if (IsProhibited(point)) return null;
            last = UnicodeTables.TraitsOf(point).Bidi;
            if (i == 0) first = last;
            hasRightToLeft |= IsRightToLeft(last);
            hasLeftToRight |= last == BidiClass.L;
            i += length;
        }
        // RFC 3454 §6.
        return hasRightToLeft && (hasLeftToRight || !IsRightToLeft(first) || !IsRightToLeft(last)) ? null : prepared;
    }

    private static bool IsRightToLeft(BidiClass one) => one is BidiClass.R or BidiClass.AL;

    /// <summary>RFC 4013 §2.1.</summary>
    private static string Map(string text)
    {
        var mapped = new StringBuilder(text.Length);
        foreach (char letter in text)
        {
            // Table C.1.2 of RFC 3454: blanks that are not ASCII's.
            if (letter is '\u00A0' or '\u1680' or (>= '\u2000' and <= '\u200B') or '\u202F' or '\u205F' or '\u3000') mapped.Append(' ');
            // Table B.1: what is commonly mapped to nothing.
            else if (letter is not ('\u00AD' or '\u034F' or '\u1806' or (>= '\u180B' and <= '\u180D') or '\u200C' or '\u200D' or '\u2060' or (>= '\uFE00' and <= '\uFE0F') or '\uFEFF'))
                mapped.Append(letter);
        }
        return mapped.ToString();
    }

    /// <summary>RFC 4013 §2.3: the tables C.2.1 to C.9 of RFC 3454.</summary>
    private static bool IsProhibited(int point) => point is
        <= 0x1F or (>= 0x7F and <= 0x9F) or 0x06DD or 0x070F or 0x180E or (>= 0x200C and <= 0x200F) or (>= 0x2028 and <= 0x202E)
        or (>= 0x2060 and <= 0x2063) or (>= 0x206A and <= 0x206F) or 0x0340 or 0x0341 or (>= 0x2FF0 and <= 0x2FFB)
        or (>= 0xD800 and <= 0xF8FF) or (>= 0xFDD0 and <= 0xFDEF) or 0xFEFF or (>= 0xFFF9 and <= 0xFFFD)
        or (>= 0x1D173 and <= 0x1D17A) or 0xE0001 or (>= 0xE0020 and <= 0xE007F) or >= 0xF0000
        || (point & 0xFFFE) == 0xFFFE;
}
