using System.Buffers;
using System.Text;
using Smtpd.Mail;

namespace Smtpd.Mime;

/// <summary>
/// Reads the address lists of a header (RFC 5322 §3.4), groups flattened. What is broken gives the best guess: mail that
/// people can read elsewhere is shown here too. One pass, no recursion.
/// </summary>
internal ref struct AddressReader
{
    /// <summary>An encoded word has 75 letters (RFC 2047 §2); not all senders count.</summary>
    private const int LongestWord = 500;

    private static readonly SearchValues<char> _atom = SearchValues.Create("!#$%&'*+-./=?^_`{|}~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    private readonly string _text;
    private int _position;

    // Once something turned out to have no end, what opens it is a letter like others: looking for the end again from every
    // later one would take quadratic time.
    private bool _quotesAreLetters;
    private bool _parenthesesAreLetters;

    private AddressReader(string text) => _text = text;

    /// <summary>Adds the addresses of the field to the list, until it has so many.</summary>
    public static void Read(ReadOnlySpan<byte> value, List<Correspondent> list, int most)
    {
        while (list.Count < most && !value.IsEmpty && PlainAddress.TryRead(ref value, out Correspondent? plain))
            if (plain is not null) list.Add(plain);
        if (list.Count >= most || value.IsEmpty) return;
        var reader = new AddressReader(HeaderText.Unfold(value));
        while (reader._position < reader._text.Length && list.Count < most)
            if (reader.ReadOne() is { } one) list.Add(one);
    }

    /// <summary>Reads up to the comma or semicolon that ends the address.</summary>
    private Correspondent? ReadOne()
    {
        var words = new StringBuilder();
        string? comment = null, angle = null;
        // Kept beside the words, because asking the words again for every letter would take quadratic time.
        bool isQuoted = false, hasText = false, hasAt = false, isBehindAt = false, isCommentBehindText = false;
        while (_position < _text.Length)
        {
            char letter = _text[_position];
            if (letter is ',' or ';')
            {
                _position++;
                break;
            }
            bool mayBeLiteral = isBehindAt;
            isBehindAt = letter == '@' || (isBehindAt && letter is ' ' or '\t');
            switch (letter)
            {
                case '"' when TryReadQuoted(out string inside, out bool isLocalPart):
                    isQuoted |= !hasText;
                    hasText = true;
                    words.Append(isLocalPart ? LocalPart(inside) : inside);
                    continue;
                case '(' when TryReadComment(out string inside):
                    comment = inside;
                    isCommentBehindText = hasText;
                    words.Append(' ');
                    continue;
                case '=' when TryTakeEncodedWord(words):
                    hasText = true;
                    continue;
                case '<' when TryReadAngle(out string inside):
                    if (string.IsNullOrEmpty(angle)) angle = inside;
                    words.Append(' ');
                    continue;
                case '[' when mayBeLiteral && TryReadLiteral(words):
                    continue;
                case ':' when angle is null && !hasAt:
                    // The name of a group; its members follow.
                    words.Clear();
                    comment = null;
                    isQuoted = hasText = false;
                    _position++;
                    continue;
            }
            bool isBlank = letter is ' ' or '\t';
            // A comment in the middle of an address says nothing of whose it is.
            if (isCommentBehindText && !isBlank && letter is not ('<' or '>')) comment = null;
            // What is left of something that has no end is not text either, and behind an address there is no name.
            if (letter is not ('"' or '<' or '>') && string.IsNullOrEmpty(angle)) words.Append(letter);
            hasText |= !isBlank;
            hasAt |= letter == '@';
            _position++;
        }
        return Correspondent(Squeeze(words.ToString()), angle, comment, isQuoted);
    }

    private static Correspondent? Correspondent(string words, string? angle, string? comment, bool isQuoted)
    {
        string remark = comment is null ? "" : Squeeze(EncodedWords.Decode(comment));
        if (angle is not null)
        {
            string name = words.Length == 0 ? remark : Squeeze(EncodedWords.Decode(words));
            angle = Decode(angle);
            // Who writes the address twice has no name.
            return Somebody(!isQuoted && name.Equals(angle, StringComparison.OrdinalIgnoreCase) ? "" : name, angle);
        }
        if (words.Length == 0) return null;
        bool isOneWord = EncodedWords.LengthOfFirst(words) == words.Length;
        if (!isOneWord && words.Contains('@', StringComparison.Ordinal))
        {
            (string name, string address) = WithoutBrackets(words);
            return Somebody(name.Length == 0 ? remark : Squeeze(EncodedWords.Decode(name)), Decode(address));
        }
        // A bare word: a local name without a domain, whose comment other programs do not show, or only a person's name.
        bool isName = isQuoted || words.Contains(' ', StringComparison.Ordinal) || words.Contains("=?", StringComparison.Ordinal);
        if (!isName) return new Correspondent("", words);
        string person = Squeeze(EncodedWords.Decode(words));
        return person.Length == 0 ? null : HiddenAddress(person) ?? new Correspondent(person, "");
    }

    /// <summary>Null where nothing is left.</summary>
    private static Correspondent? Somebody(string name, string address) => name.Length + address.Length == 0 ? null : new Correspondent(name, address);

    /// <summary>What was encoded as a whole, the address with the name, though only names may be (RFC 2047 §5); null where there is no address.</summary>
    private static Correspondent? HiddenAddress(string person)
    {
        int open = person.EndsWith('>') ? person.LastIndexOf('<') : -1;
        string address = open < 0 ? person : person[(open + 1)..^1];
        bool isAddress = address.IndexOf('@', StringComparison.Ordinal) > 0 && !address.Contains(' ', StringComparison.Ordinal);
        return isAddress ? Somebody(open < 0 ? "" : person[..open].Trim(' ', '"'), address) : null;
    }

    /// <summary>Encoded words do not belong into addresses (RFC 2047 §5), but some senders encode all that is not ASCII.</summary>
    private static string Decode(string address) => address.Contains("=?", StringComparison.Ordinal) ? Squeeze(EncodedWords.Decode(address)) : address;

    /// <summary>
    /// Splits words that hold an <c>@</c>. Blanks around dots and the <c>@</c> are of no meaning (RFC 5322 §4.4); if there are
    /// others outside of quotes, the word with the <c>@</c> is the address, and those in front of it are a name.
    /// </summary>
    private static (string Name, string Address) WithoutBrackets(string words)
    {
        var text = new StringBuilder(words.Length);
        int start = 0, end = -1;
        bool inQuotes = false, hasAt = false;
        for (int i = 0; i < words.Length; i++)
        {
            char letter = words[i];
            if (letter == '\\' && inQuotes && i + 1 < words.Length) text.Append(words[i++]);
            else if (letter == '"') inQuotes = !inQuotes;
            else if (letter == ' ' && !inQuotes)
            {
                bool joins = text.Length == 0 || text[^1] is '.' or '@' || (i + 1 < words.Length && words[i + 1] is '.' or '@');
                if (joins) continue;
                if (!hasAt) start = text.Length + 1;
                else if (end < 0) end = text.Length;
            }
            hasAt |= letter == '@' && !inQuotes;
            text.Append(words[i]);
        }
        string joined = text.ToString();
        if (end < 0) end = joined.Length;
        return start >= end ? ("", joined) : (joined[..start].TrimEnd(), joined[start..end]);
    }

    /// <summary>
    /// Reads a quoted string (RFC 5322 §3.2.4); false when it has no end. It is a local part, and keeps its quotes, when an
    /// <c>@</c> follows.
    /// </summary>
    private bool TryReadQuoted(out string inside, out bool isLocalPart)
    {
        inside = "";
        isLocalPart = false;
        if (_quotesAreLetters) return false;
        var content = new StringBuilder();
        for (int i = _position + 1; i < _text.Length; i++)
        {
            if (_text[i] == '"')
            {
                _position = i + 1;
                isLocalPart = _position < _text.Length && _text[_position] == '@';
                inside = content.ToString();
                return true;
            }
            if (_text[i] == '\\' && i + 1 < _text.Length) i++;
            content.Append(_text[i]);
        }
        _quotesAreLetters = true;
        return false;
    }

    /// <summary>Takes an encoded word whole (RFC 2047 §2): a comma or a quote in it, though it must not be there, divides nothing.</summary>
    private bool TryTakeEncodedWord(StringBuilder words)
    {
        ReadOnlySpan<char> rest = _text.AsSpan(_position, Math.Min(LongestWord, _text.Length - _position));
        int length = EncodedWords.LengthOfFirst(rest);
        if (length == 0) return false;
        foreach (char letter in rest[..length])
            if (letter != '"') words.Append(letter);
        _position += length;
        return true;
    }

    /// <summary>A local part whose quotes are needed keeps them (RFC 5321 §4.1.2).</summary>
    private static string LocalPart(string inside)
    {
        bool isAtom = inside.Length > 0 && inside[0] != '.' && inside[^1] != '.' && !inside.AsSpan().ContainsAnyExcept(_atom) && !inside.Contains("..", StringComparison.Ordinal);
        return isAtom ? inside : Quote(inside);
    }

    private static string Quote(string inside) =>
        $"\"{inside.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    /// <summary>Reads a comment with those inside it (RFC 5322 §3.2.2); false when it has no end.</summary>
    private bool TryReadComment(out string inside)
    {
        inside = "";
        if (_parenthesesAreLetters) return false;
        var content = new StringBuilder();
        int depth = 0;
        for (int i = _position; i < _text.Length; i++)
        {
            char letter = _text[i];
            if (letter == '(' && depth++ == 0) continue;
            if (letter == ')' && --depth == 0)
            {
                _position = i + 1;
                inside = content.ToString();
                return true;
            }
            if (letter == '\\' && i + 1 < _text.Length) letter = _text[++i];
            content.Append(letter);
        }
        _parenthesesAreLetters = true;
        return false;
    }

    /// <summary>
    /// Reads the address between angle brackets, without a source route (RFC 5322 §4.4) and without comments. Where the closing
    /// bracket is missing it ends at a comma or semicolon; false when there is another opening bracket before that.
    /// </summary>
    private bool TryReadAngle(out string address)
    {
        address = "";
        int start = ++_position, separator = -1, beforeSeparator = 0;
        var inside = new StringBuilder();
        while (_position < _text.Length && _text[_position] is not ('>' or '<'))
        {
            char letter = _text[_position];
            if (letter == '"' && TryReadQuoted(out string quoted, out bool isLocalPart))
            {
                inside.Append(isLocalPart ? LocalPart(quoted) : Quote(quoted));
                continue;
            }
            if (letter == '(' && TryReadComment(out _)) continue;
            if (letter is ',' or ';' && separator < 0)
            {
                separator = _position;
                beforeSeparator = inside.Length;
            }
            inside.Append(letter);
            _position++;
        }
        bool isClosed = _position < _text.Length && _text[_position] == '>';
        // Two addresses in one pair of brackets; the commas of a source route stand in front of its colon.
        bool areTwo = isClosed && separator >= 0 && IsAddress(inside.ToString(0, beforeSeparator)) && IsAddress(inside.ToString(beforeSeparator + 1, inside.Length - beforeSeparator - 1));
        if (isClosed && !areTwo) _position++;
        else if (separator >= 0)
        {
            _position = separator;
            inside.Length = beforeSeparator;
        }
        else if (_position < _text.Length)
        {
            // Another bracket opens: this one was a letter. The caller passes over it and reads what is behind it as words.
            _position = start - 1;
            return false;
        }
        address = inside.ToString().Trim();
        // An empty group that a program took for an address: <Undisclosed-Recipient:;>
        if (address.EndsWith(":;", StringComparison.Ordinal)) address = "";
        if (address.StartsWith('@') && address.IndexOf(':', StringComparison.Ordinal) is > 0 and int route) address = address[(route + 1)..];
        if (!address.Contains('"', StringComparison.Ordinal)) address = address.Replace(" ", "", StringComparison.Ordinal).Replace("\t", "", StringComparison.Ordinal);
        return true;
    }

    /// <summary>True where there is something on both sides of an <c>@</c>.</summary>
    private static bool IsAddress(string text)
    {
        int at = text.IndexOf('@', StringComparison.Ordinal);
        return at > 0 && at < text.Length - 1 && !text.AsSpan(0, at).IsWhiteSpace() && !text.StartsWith('@');
    }

    /// <summary>Takes an address literal (RFC 5321 §4.1.3), whose colons and commas are its own; false when it has no end.</summary>
    private bool TryReadLiteral(StringBuilder words)
    {
        ReadOnlySpan<char> rest = _text.AsSpan(_position);
        int end = rest.IndexOfAny("]<>@\"");
        if (end < 0 || rest[end] != ']') return false;
        words.Append(rest[..(end + 1)]);
        _position += end + 1;
        return true;
    }

    /// <summary>Without white space at the ends, and with single blanks inside.</summary>
    public static string Squeeze(string text)
    {
        bool isSqueezed = !text.Contains("  ", StringComparison.Ordinal) && !text.Contains('\t', StringComparison.Ordinal);
        return (isSqueezed ? text : string.Join(' ', text.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries))).Trim();
    }
}
