namespace Smtpd.Storage.Search;

/// <summary>
/// Divides a query into its terms. Every text is some query: a quote that is not closed ends with the text, and what looks like an
/// operator but is none is words.
/// </summary>
internal ref struct SearchLexer(ReadOnlySpan<char> text)
{
    private ReadOnlySpan<char> _rest = text;

    /// <summary>Takes the next term; false at the end.</summary>
    public bool TryRead(out SearchToken token)
    {
        token = default;
        while (!_rest.IsEmpty && IsBlank(_rest[0])) _rest = _rest[1..];
        if (_rest.IsEmpty) return false;
        bool isNegated = false;
        if (_rest[0] is '-' or '!')
        {
            isNegated = true;
            _rest = _rest[1..];
        }
        string name = TakeOperator(), field = name == SearchOperators.Header ? TakeField() : "";
        string value = TakeValue(out bool isQuoted);
        // Quotes may also stand around all of it: header:"Name=value".
        if (name == SearchOperators.Header && field.Length == 0 && value.IndexOf('=') is > 0 and int equals) (field, value) = (value[..equals], value[(equals + 1)..]);
        token = new SearchToken(isNegated, name, field, value, isQuoted);
        return true;
    }

    private string TakeOperator()
    {
        int length = 0;
        while (length < _rest.Length && (char.IsAsciiLetter(_rest[length]) || _rest[length] == '-')) length++;
        if (length == _rest.Length || _rest[length] != ':' || SearchOperators.Find(_rest[..length]) is not { } name) return "";
        _rest = _rest[(length + 1)..];
        return name;
    }

    /// <summary>The name of a header field and the sign behind it, if they are there.</summary>
    private string TakeField()
    {
        int length = 0;
        while (length < _rest.Length && _rest[length] is > ' ' and < '\u007F' and not ('=' or '"')) length++;
        if (length == 0 || length == _rest.Length || _rest[length] != '=') return "";
        string field = _rest[..length].ToString();
        _rest = _rest[(length + 1)..];
        return field;
    }

    private string TakeValue(out bool isQuoted)
    {
        isQuoted = !_rest.IsEmpty && IsQuote(_rest[0]);
        int start = isQuoted ? 1 : 0, end = start;
        while (end < _rest.Length && !(isQuoted ? IsQuote(_rest[end]) : IsBlank(_rest[end]))) end++;
        string value = _rest[start..end].ToString();
        _rest = _rest[Math.Min(_rest.Length, isQuoted ? end + 1 : end)..];
        return value;
    }

    private static bool IsBlank(char letter) => char.IsWhiteSpace(letter) || char.IsControl(letter);

    /// <summary>Also those that telephones put in.</summary>
    private static bool IsQuote(char letter) => letter is '"' or '\u201C' or '\u201D' or '\u201E';
}
