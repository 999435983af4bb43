namespace Smtpd.Mime;

/// <summary>
/// Quoted-printable (RFC 2045 §6.7). White space at the end of a line was put there on the way and is taken away; an equals sign
/// that begins nothing stays.
/// </summary>
internal sealed class QuotedPrintableDecoder : TransferDecoder
{
    /// <summary>White space that is held back because the line may end behind it; a line has 76 octets, and whoever sends more keeps it.</summary>
    private const int MostHeld = 128;

    private readonly byte[] _held = new byte[MostHeld];
    private int _heldCount;

    public override int Decode(ReadOnlySpan<byte> input, Span<byte> output)
    {
        int written = 0, position = 0;
        // What was held back of the piece before is finished octet by octet until nothing is held any more.
        while (_heldCount > 0 && position < input.Length) written += Take(input[position++], output[written..]);
        while (position < input.Length)
        {
            int stop = input[position..].IndexOfAny("= \t"u8);
            int run = stop < 0 ? input.Length - position : stop;
            input.Slice(position, run).CopyTo(output[written..]);
            written += run;
            position += run;
            do
            {
                if (position == input.Length) break;
                written += Take(input[position++], output[written..]);
            }
            while (_heldCount > 0);
        }
        return written;
    }

    /// <summary>Takes one octet behind those that are held, which are white space, or an equals sign and what may belong to it.</summary>
    private int Take(byte octet, Span<byte> output)
    {
        if (_heldCount == 0 || _held[0] != '=') return TakeBlank(octet, output);
        if (octet is (byte)' ' or (byte)'\t' && _heldCount < MostHeld && (_heldCount == 1 || _held[_heldCount - 1] is (byte)' ' or (byte)'\t')) return Hold(octet);
        if (octet == '\r' && _held[_heldCount - 1] != '\r' && !IsHex(_held[_heldCount - 1]) && _heldCount < MostHeld) return Hold(octet);
        if (octet == '\n' && !IsHex(_held[_heldCount - 1]))
        {
            // A soft line break, also with white space in between.
            _heldCount = 0;
            return 0;
        }
        if (IsHex(octet) && _heldCount == 1) return Hold(octet);
        if (IsHex(octet) && _heldCount == 2 && IsHex(_held[1]))
        {
            _heldCount = 0;
            output[0] = (byte)((ValueOf(_held[1]) << 4) | ValueOf(octet));
            return 1;
        }
        // The equals sign was none. What stands behind it is text, and may begin something itself.
        int written = Release(output);
        return written + TakeBlank(octet, output[written..]);
    }

    private int TakeBlank(byte octet, Span<byte> output)
    {
        int written = 0;
        if (octet is (byte)' ' or (byte)'\t')
        {
            if (_heldCount == MostHeld || (_heldCount > 0 && _held[_heldCount - 1] == '\r')) written = Release(output);
            Hold(octet);
            return written;
        }
        if (_heldCount > 0)
        {
            if (octet == '\r' && _held[_heldCount - 1] != '\r' && _heldCount < MostHeld) return Hold(octet);
            if (octet == '\n')
            {
                // The white space goes, the line end stays as it came.
                bool hasReturn = _held[_heldCount - 1] == '\r';
                _heldCount = 0;
                if (hasReturn) output[written++] = (byte)'\r';
            }
            else written = Release(output);
        }
        if (octet == '=') Hold(octet);
        else output[written++] = octet;
        return written;
    }

    private int Hold(byte octet)
    {
        _held[_heldCount++] = octet;
        return 0;
    }

    private static bool IsHex(byte octet) => char.IsAsciiHexDigit((char)octet);

    private static int ValueOf(byte digit) => (digit & 15) + (digit > '9' ? 9 : 0);

    private int Release(Span<byte> output)
    {
        int count = _heldCount;
        _held.AsSpan(0, count).CopyTo(output);
        _heldCount = 0;
        return count;
    }

    public override int Finish(Span<byte> output)
    {
        // An equals sign with nothing behind it is a soft line break that lost its line end.
        bool isBreak = _heldCount > 0 && _held[0] == '=' && !_held.AsSpan(1, _heldCount - 1).ContainsAnyExcept(" \t\r"u8);
        if (isBreak) _heldCount = 0;
        return Release(output);
    }
}
