namespace Smtpd.Mime;

/// <summary>Walks through the lines of a text, which end in CRLF, LF, or CR, and in nothing else that Unicode calls the end of a line.</summary>
internal ref struct MailLines(ReadOnlySpan<char> text)
{
    private ReadOnlySpan<char> _rest = text;
    private bool _isEnded;

    /// <summary>Without its line end.</summary>
    public ReadOnlySpan<char> Current { get; private set; }

    public readonly MailLines GetEnumerator() => this;

    public bool MoveNext()
    {
        if (_isEnded) return false;
        int end = _rest.IndexOfAny('\r', '\n');
        _isEnded = end < 0;
        Current = _isEnded ? _rest : _rest[..end];
        if (_isEnded) return true;
        bool isBoth = _rest[end] == '\r' && end + 1 < _rest.Length && _rest[end + 1] == '\n';
        _rest = _rest[(end + (isBoth ? 2 : 1))..];
        return true;
    }
}
