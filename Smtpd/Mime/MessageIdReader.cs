using System.Buffers;
using System.Text;

namespace Smtpd.Mime;

/// <summary>Reads a Message-ID field (RFC 5322 §3.6.4 and §4.5.4).</summary>
internal static class MessageIdReader
{
    private static readonly SearchValues<byte> _unusual = SearchValues.Create(" \t\r\n<>(\""u8);

    /// <summary>The first identifier, without its angle brackets and the white space that means nothing; where there are no brackets, the first word. Comments are not looked at.</summary>
    public static string Read(ReadOnlySpan<byte> value)
    {
        if (value.Length > 2 && value[0] == '<')
        {
            ReadOnlySpan<byte> inside = value[1..];
            int end = inside.IndexOfAny(_unusual);
            if (end > 0 && inside[end] == '>') return HeaderText.Decode(inside[..end]);
        }
        string text = WithoutComments(EncodedWords.Decode(HeaderText.Unfold(value)));
        for (int open = text.IndexOf('<', StringComparison.Ordinal); open >= 0; open = text.IndexOf('<', open + 1))
        {
            int close = text.IndexOf('>', open);
            if (close < 0) break;
            string id = WithoutBlanks(text.AsSpan(open + 1, close - open - 1).Trim('<'));
            if (id.Length > 0) return id;
            open = close;
        }
        text = text.Trim();
        int blank = text.IndexOfAny([' ', '\t']);
        return (blank < 0 ? text : text[..blank]).Trim('<', '>');
    }

    /// <summary>Blanks around dots and the <c>@</c> are of no meaning (RFC 5322 §4.5.4); others, which must not be there, stay as one.</summary>
    private static string WithoutBlanks(ReadOnlySpan<char> text)
    {
        if (!text.ContainsAny(' ', '\t')) return text.ToString();
        var rest = new StringBuilder(text.Length);
        foreach (string word in AddressReader.Squeeze(text.ToString()).Split(' '))
        {
            bool joins = rest.Length == 0 || rest[^1] is '.' or '@' || word.Length == 0 || word[0] is '.' or '@';
            if (!joins) rest.Append(' ');
            rest.Append(word);
        }
        return rest.ToString();
    }

    /// <summary>A comment without an end, and a parenthesis inside brackets, is none.</summary>
    private static string WithoutComments(string text)
    {
        if (!text.Contains('(', StringComparison.Ordinal)) return text;
        var rest = new StringBuilder(text.Length);
        int depth = 0, kept = 0;
        bool inBrackets = false;
        for (int i = 0; i < text.Length; i++)
        {
            char letter = text[i];
            if (depth == 0 && letter is '<' or '>') inBrackets = letter == '<';
            if (letter == '(' && !inBrackets && depth++ == 0) kept = rest.Length;
            rest.Append(letter);
            if (letter == '\\' && depth > 0 && i + 1 < text.Length) i++;
            else if (letter == ')' && depth > 0 && --depth == 0) rest.Length = kept;
        }
        return rest.ToString();
    }
}
