using System.Text;

namespace Smtpd.Mime;

/// <summary>Text without halves of letters, which no encoding can write: they become U+FFFD.</summary>
internal static class WholeLetters
{
    public static string Of(string text)
    {
        bool isWhole = true;
        for (int i = 0; i < text.Length && isWhole; i++)
        {
            if (!char.IsSurrogate(text[i])) continue;
            isWhole = char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]);
            i++;
        }
        if (isWhole) return text;
        var whole = new StringBuilder(text.Length);
        foreach (Rune rune in text.EnumerateRunes()) whole.Append(rune.ToString());
        return whole.ToString();
    }
}
