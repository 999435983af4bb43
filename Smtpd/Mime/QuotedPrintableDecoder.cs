namespace Smtpd.Mime;

/// <summary>
/// Quoted-printable (RFC 2045 §6.7). White space at the end of a line was put there on the way and is taken away; an equals sign
/// that begins nothing stays.
/// </summary>
internal sealed class QuotedPrintableDecoder : TransferDecoder
{
    /// <summary>White space that is held back because the line may end behind it; a line has 76 octets, and whoever sends more keeps it.</summary>
    private const int MostHeld = 128;

    /// <summary>Too large to be half of an octet, in either half.</summary>
    private const ushort NoDigit = 0x100;

    private static readonly ushort[] _values = Values();

    private readonly byte[] _held = new byte[MostHeld];
    private int _heldCount;

    private static ushort[] Values()
    {
        ushort[] values = new ushort[256];
        values.AsSpan().Fill(NoDigit);
        for (int digit = 0; digit < 256; digit++)
            if (char.IsAsciiHexDigit((char)digit)) values[digit] = (ushort)((digit & 15) + (digit > '9' ? 9 : 0));
        return values;
    }

    public override int Decode(ReadOnlySpan<byte> input, Span<byte> output)
    {
        int written = 0, position = 0;
        while (position < input.Length)
        {
            // What was held back is finished octet by octet until nothing is held any more.
            if (_heldCount > 0)
            {
                written += Take(input[position++], output[written..]);
                continue;
            }
            DecodeEscapes(input, ref position, output, ref written);
            ReadOnlySpan<byte> rest = input[position..];
            int stop = rest.IndexOfAny((byte)'=', (byte)'\n');
            bool isLine = stop >= 0 && rest[stop] == '\n';
            ReadOnlySpan<byte> run = stop < 0 ? rest : rest[..stop];
            int text = isLine || stop < 0 ? WithoutBlankEnd(run) : run.Length;
            run[..text].CopyTo(output[written..]);
            written += text;
            position += text;
            if (isLine && run.Length - text < MostHeld)
            {
                if (run.Length > 0 && run[^1] == '\r') output[written++] = (byte)'\r';
                output[written++] = (byte)'\n';
                position += run.Length - text + 1;
            }
            else if (text == 0 && position < input.Length) written += Take(input[position++], output[written..]);
        }
        return written;
    }

    /// <summary>Escaped octets stand together in texts that are not English; soft line breaks are nearly as frequent.</summary>
    private static void DecodeEscapes(ReadOnlySpan<byte> input, ref int position, Span<byte> output, ref int written)
    {
        ReadOnlySpan<byte> rest = input[position..];
        Span<byte> room = output[written..];
        int count = 0;
        while (rest.Length > 2 && rest[0] == '=')
        {
            int octet = (_values[rest[1]] << 4) | _values[rest[2]];
            if (octet <= byte.MaxValue) room[count++] = (byte)octet;
            else if (rest[1] != '\r' || rest[2] != '\n') break;
            rest = rest[3..];
        }
        position = input.Length - rest.Length;
        written += count;
    }

    /// <summary>How long a line is without the white space at its end and the carriage return behind that.</summary>
    private static int WithoutBlankEnd(ReadOnlySpan<byte> line)
    {
        int end = line.Length;
        if (end > 0 && line[end - 1] == '\r') end--;
        while (end > 0 && line[end - 1] is (byte)' ' or (byte)'\t') end--;
        return end;
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
            output[0] = (byte)((_values[_held[1]] << 4) | _values[octet]);
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

    private static bool IsHex(byte octet) => _values[octet] != NoDigit;

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
