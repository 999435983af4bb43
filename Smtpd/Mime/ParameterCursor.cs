using System.Buffers;
using System.Text;

namespace Smtpd.Mime;

/// <summary>Walks through the text of a field with parameters.</summary>
internal ref struct ParameterCursor
{
    /// <summary>How far a word is looked at to see whether it is the name of the next parameter.</summary>
    private const int LongestName = 40;

    private static readonly SearchValues<char> _unusual = SearchValues.Create(" \t()=\r\n");

    private readonly string _text;
    private int _position;
    private bool _parenthesesAreLetters;

    /// <summary>True when a semicolon stands in front of the parameter that was read last.</summary>
    public bool IsSeparated { get; private set; }

    public ParameterCursor(string text) => _text = text;

    private readonly bool IsAtEnd => _position >= _text.Length;

    /// <summary>Reads up to the first semicolon, or to the first white space behind a whole <c>type/subtype</c>.</summary>
    public string ReadHead()
    {
        if (TryReadSimpleHead(out string simple)) return simple;
        var head = new StringBuilder();
        bool isBehindBlank = false;
        while (!IsAtEnd && _text[_position] != ';')
        {
            char letter = _text[_position];
            if (letter == '(' && TryPassComment()) continue;
            if (letter is ' ' or '\t' or '\r' or '\n')
            {
                isBehindBlank = head.Length > 0;
                _position++;
                continue;
            }
            // A parameter without a head, or without the semicolon in front.
            if (IsNextParameter()) break;
            bool joins = letter == '/' || head.Length == 0 || head[^1] == '/';
            if (isBehindBlank && !joins)
            {
                PassTo(';');
                break;
            }
            isBehindBlank = false;
            head.Append(letter);
            _position++;
        }
        return head.ToString();
    }

    /// <summary>Nearly every head is letters and a slash up to the semicolon or the end.</summary>
    private bool TryReadSimpleHead(out string head)
    {
        int end = _text.IndexOf(';', StringComparison.Ordinal);
        if (end < 0) end = _text.Length;
        ReadOnlySpan<char> simple = _text.AsSpan(0, end);
        head = "";
        if (simple.ContainsAny(_unusual)) return false;
        _position = end;
        head = simple is "text/plain" ? "text/plain" : simple.ToString();
        return true;
    }

    public bool TryReadParameter(out string name, out string value)
    {
        while (true)
        {
            int before = _position;
            PassBlanks(andSemicolons: true);
            IsSeparated = _text.AsSpan(before, _position - before).Contains(';');
            name = value = "";
            if (IsAtEnd) return false;
            int start = _position;
            while (!IsAtEnd && _text[_position] is not ('=' or ';' or ' ' or '\t')) _position++;
            name = _text[start.._position];
            PassBlanks(andSemicolons: false);
            if (IsAtEnd || _text[_position] != '=') continue;
            _position++;
            PassBlanks(andSemicolons: false);
            value = !IsAtEnd && _text[_position] == '"' ? ReadQuoted() : ReadToken();
            if (name.Length > 0 && value.Length > 0) return true;
        }
    }

    private void PassBlanks(bool andSemicolons)
    {
        while (!IsAtEnd)
        {
            char letter = _text[_position];
            if (letter is ' ' or '\t' || (andSemicolons && letter == ';')) _position++;
            else if (letter != '(' || !TryPassComment()) return;
        }
    }

    private void PassTo(char mark)
    {
        int found = _text.IndexOf(mark, _position);
        _position = found < 0 ? _text.Length : found;
    }

    /// <summary>Passes over a comment with those inside it (RFC 5322 §3.2.2); false when it has no end.</summary>
    private bool TryPassComment()
    {
        // Looked for once: from every parenthesis again it would take quadratic time.
        if (_parenthesesAreLetters) return false;
        int depth = 0;
        for (int i = _position; i < _text.Length; i++)
        {
            char letter = _text[i];
            if (letter == '\\') i++;
            else if (letter == '(') depth++;
            else if (letter == ')' && --depth == 0)
            {
                _position = i + 1;
                return true;
            }
        }
        _parenthesesAreLetters = true;
        return false;
    }

    /// <summary>
    /// Reads a quoted string (RFC 5322 §3.2.4); one without an end goes to the end of the field. In what looks like a Windows path
    /// backslashes stay, because no sender of those doubles them.
    /// </summary>
    private string ReadQuoted()
    {
        int start = ++_position;
        int simple = _text.AsSpan(start).IndexOfAny('"', '\\');
        if (simple >= 0 && _text[start + simple] == '"')
        {
            _position = start + simple + 1;
            return _text.Substring(start, simple);
        }
        ReadOnlySpan<char> inside = _text.AsSpan(start);
        bool isPath = inside.StartsWith("\\\\") || (inside.Length > 3 && inside[1] == ':' && inside[2] == '\\' && inside[3] != '\\');
        var value = new StringBuilder();
        while (!IsAtEnd && _text[_position] != '"')
        {
            if (_text[_position] == '\\' && _position + 1 < _text.Length && (!isPath || _text[_position + 1] == '"')) _position++;
            value.Append(_text[_position++]);
        }
        if (!IsAtEnd) _position++;
        return value.ToString();
    }

    /// <summary>
    /// Reads a value without quotes: up to a semicolon, to a comment, or to white space before the next <c>name=</c>, because names of
    /// files have blanks and parentheses in them and not all senders quote them.
    /// </summary>
    private string ReadToken()
    {
        int start = _position;
        while (!IsAtEnd && _text[_position] != ';')
        {
            if (_text[_position] is not (' ' or '\t'))
            {
                _position++;
                continue;
            }
            int end = _position;
            while (!IsAtEnd && _text[_position] is ' ' or '\t') _position++;
            if (IsAtEnd || _text[_position] == '(' || IsNextParameter()) return _text[start..end];
        }
        return _text[start.._position];
    }

    /// <summary>True where a name and an equals sign stand.</summary>
    private readonly bool IsNextParameter()
    {
        for (int i = _position; i < _text.Length && i - _position < LongestName; i++)
        {
            char letter = _text[i];
            if (char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '*') continue;
            if (letter != '=' || i == _position) return false;
            // Of "=?charset?…" the name would be empty, of base64 padding the value.
            return i + 1 < _text.Length && _text[i + 1] is not (';' or '=');
        }
        return false;
    }
}
