using System.Text;

namespace Smtpd.Mail.Unicode;

/// <summary>Comparison without regard to case (The Unicode Standard §3.13), without ICU.</summary>
internal static class CaseFolding
{
    /// <summary>The full case folding: <c>ß</c> becomes <c>ss</c>. ASCII is only put into lower case.</summary>
    public static string Fold(string text)
    {
        if (Ascii.IsValid(text)) return text.ToLowerInvariant();
        var folded = new StringBuilder(text.Length);
        for (int i = 0; i < text.Length;)
        {
            int point = Normalization.CodePointAt(text, i, out int length);
            ReadOnlySpan<char> to = UnicodeTables.CaseFolding(point);
            folded.Append(to.IsEmpty ? text.AsSpan(i, length) : to);
            i += length;
        }
        return folded.ToString();
    }

    /// <summary>One text for all that differ only in case or in how their letters are composed (D145), in form C.</summary>
    public static string Key(string text) => Ascii.IsValid(text) ? text.ToLowerInvariant() : Normalization.Nfc(Fold(Normalization.Nfd(text)));

    /// <summary>NFKC_Casefold of one character (UAX 44): what UTS 46 maps it to.</summary>
    public static string FoldCompatibly(int codePoint)
    {
        var one = new StringBuilder(2);
        Normalization.Append(one, codePoint);
        string text = one.ToString();
        while (true)
        {
            string folded = Normalization.Nfkc(Fold(Normalization.Nfkc(text)));
            if (folded == text) return text;
            text = folded;
        }
    }
}
