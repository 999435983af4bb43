using System.Text;
using Smtpd.Mail;

namespace Smtpd.Mime;

/// <summary>
/// Reads the address lists of a header (RFC 5322 §3.4), groups flattened. What is broken gives the best guess: mail that
/// people can read elsewhere is shown here too. One pass, no recursion.
/// </summary>
internal static class AddressReader
{
    /// <summary>Adds the addresses of the field to the list, until it has so many.</summary>
    public static void Read(ReadOnlySpan<byte> value, List<Correspondent> list, int most)
    {
        string text = HeaderText.Unfold(value);
        int position = 0;
        while (position < text.Length && list.Count < most)
            if (ReadOne(text, ref position) is { } one) list.Add(one);
    }

    /// <summary>Reads up to the comma, semicolon or group colon that ends the address.</summary>
    private static Correspondent? ReadOne(string text, ref int position)
    {
        var words = new StringBuilder();
        string? comment = null, angle = null;
        // Kept beside the words, because asking the words again for every quote would take quadratic time.
        bool quoted = false, inBrackets = false, hasText = false, hasAt = false;
        while (position < text.Length)
        {
            char letter = text[position];
            if (letter is ',' or ';' && !inBrackets)
            {
                position++;
                break;
            }
            switch (letter)
            {
                case '"':
                    quoted |= !hasText;
                    hasText = true;
                    words.Append(ReadQuoted(text, ref position, keepQuotes: LooksLikeLocalPart(text, position)));
                    continue;
                case '(':
                    comment = ReadComment(text, ref position);
                    words.Append(' ');
                    continue;
                case '<':
                    angle = ReadAngle(text, ref position);
                    continue;
                case '[':
                    inBrackets = true;
                    break;
                case ']':
                    inBrackets = false;
                    break;
                case ':' when !inBrackets && angle is null && !hasAt:
                    // The name of a group; its members follow.
                    words.Clear();
                    comment = null;
                    quoted = hasText = false;
                    position++;
                    continue;
            }
            words.Append(letter);
            hasText |= letter is not (' ' or '\t');
            hasAt |= letter == '@';
            position++;
        }
        string rest = Squeeze(words.ToString());
        if (angle is not null)
        {
            string name = EncodedWords.Decode(rest);
            if (name.Length == 0 && comment is not null) name = EncodedWords.Decode(comment);
            return angle.Length == 0 && name.Length == 0 ? null : new Correspondent(Squeeze(name), angle);
        }
        if (rest.Length == 0) return null;
        if (!rest.Contains('@', StringComparison.Ordinal))
        {
            // A bare word: a local name without a domain, or only a person's name.
            return quoted || rest.Contains(' ', StringComparison.Ordinal) || rest.Contains("=?", StringComparison.Ordinal)
                ? new Correspondent(Squeeze(EncodedWords.Decode(rest)), "")
                : new Correspondent("", rest);
        }
        return new Correspondent(Squeeze(EncodedWords.Decode(comment ?? "")), rest.Replace(" ", "", StringComparison.Ordinal));
    }

    /// <summary>True when the quoted string at the position is followed by an <c>@</c>: its quotes belong to the address.</summary>
    private static bool LooksLikeLocalPart(string text, int position)
    {
        for (int i = position + 1; i < text.Length; i++)
        {
            if (text[i] == '\\') i++;
            else if (text[i] == '"') return i + 1 < text.Length && text[i + 1] == '@';
        }
        return false;
    }

    private static string ReadQuoted(string text, ref int position, bool keepQuotes)
    {
        var inside = new StringBuilder();
        int i = position + 1;
        for (; i < text.Length && text[i] != '"'; i++)
        {
            if (text[i] == '\\' && i + 1 < text.Length)
            {
                if (keepQuotes) inside.Append('\\');
                i++;
            }
            inside.Append(text[i]);
        }
        position = Math.Min(i + 1, text.Length);
        return keepQuotes ? $"\"{inside}\"" : inside.ToString();
    }

    private static string ReadComment(string text, ref int position)
    {
        var inside = new StringBuilder();
        int depth = 0;
        for (; position < text.Length; position++)
        {
            char letter = text[position];
            if (letter == '\\' && position + 1 < text.Length)
            {
                inside.Append(text[++position]);
                continue;
            }
            if (letter == '(' && depth++ == 0) continue;
            if (letter == ')' && --depth == 0)
            {
                position++;
                break;
            }
            inside.Append(letter);
        }
        return Squeeze(inside.ToString());
    }

    /// <summary>The address between angle brackets, without a source route (RFC 5322 §4.4) and without comments.</summary>
    private static string ReadAngle(string text, ref int position)
    {
        var inside = new StringBuilder();
        position++;
        while (position < text.Length && text[position] != '>')
        {
            switch (text[position])
            {
                case '"':
                    inside.Append(ReadQuoted(text, ref position, keepQuotes: true));
                    break;
                case '(':
                    ReadComment(text, ref position);
                    break;
                default:
                    inside.Append(text[position++]);
                    break;
            }
        }
        position = Math.Min(position + 1, text.Length);
        string address = inside.ToString().Trim();
        if (address.StartsWith('@') && address.IndexOf(':', StringComparison.Ordinal) is > 0 and int route) address = address[(route + 1)..];
        return address.Contains('"', StringComparison.Ordinal) ? address : address.Replace(" ", "", StringComparison.Ordinal).Replace("\t", "", StringComparison.Ordinal);
    }

    private static string Squeeze(string text) =>
        text.Contains("  ", StringComparison.Ordinal) || text.Contains('\t', StringComparison.Ordinal)
            ? string.Join(' ', text.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries))
            : text.Trim();
}
