namespace Smtpd.Mime;

/// <summary>
/// yEnc (yenc.org, version 1.3): octets moved up by 42 between the lines <c>=ybegin</c> and <c>=yend</c>. Four of them are
/// written as an equals sign and the octet moved up by 64 more.
/// </summary>
internal sealed class YencDecoder : TransferDecoder
{
    private const int Shift = 42;
    private const int EscapeShift = 64;

    /// <summary>Enough of a line of yEnc's own to tell which it is.</summary>
    private readonly byte[] _keyword = new byte[8];

    private int _keywordLength;
    private bool _isLineStart = true;
    private bool _isKeyword;
    private bool _isEscaped;
    private bool _isEscapeFirst;
    private bool _hasBegun;

    public bool IsEnded { get; private set; }

    public override int Decode(ReadOnlySpan<byte> input, Span<byte> output)
    {
        int written = 0;
        foreach (byte octet in input)
        {
            if (IsEnded) break;
            if (octet is (byte)'\r' or (byte)'\n')
            {
                if (octet == '\n') EndLine();
                continue;
            }
            bool isFirst = _isLineStart;
            _isLineStart = false;
            if (_isKeyword)
            {
                if (_keywordLength < _keyword.Length) _keyword[_keywordLength++] = octet;
            }
            else if (_isEscaped)
            {
                _isEscaped = false;
                // No octet is ever escaped as "=y", so at the beginning of a line that is one of yEnc's own.
                if (_isEscapeFirst && octet == 'y') _isKeyword = true;
                else if (_hasBegun) output[written++] = (byte)(octet - EscapeShift - Shift);
            }
            else if (octet == '=')
            {
                _isEscaped = true;
                _isEscapeFirst = isFirst;
            }
            else if (_hasBegun) output[written++] = (byte)(octet - Shift);
        }
        return written;
    }

    private void EndLine()
    {
        if (_isKeyword)
        {
            ReadOnlySpan<byte> keyword = _keyword.AsSpan(0, _keywordLength);
            if (keyword.StartsWith("begin "u8)) _hasBegun = true;
            else if (keyword.StartsWith("end"u8) && _hasBegun) IsEnded = true;
        }
        _isLineStart = true;
        _isKeyword = _isEscaped = false;
        _keywordLength = 0;
    }

    public override int Finish(Span<byte> output) => 0;
}
