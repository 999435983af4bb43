namespace Smtpd.Network;

/// <summary>
/// Takes a body out of its chunks while it arrives (RFC 9112 §7.1), to the letter: every line ends in CRLF, sizes are plain
/// hexadecimal. What stands beside the data, extensions and trailer fields, is read within limits and dropped.
/// </summary>
internal sealed class HttpChunkReader
{
    private enum State { Size, Extension, SizeEnd, Data, DataEnd, DataEndLine, TrailerStart, Trailer, TrailerEnd, LastLine, End }

    /// <summary>Digits of a size: what fits a 64-bit number without a thought about overflow.</summary>
    private const int MostDigits = 15;

    /// <summary>Octets of one chunk's extensions: nobody uses them, and unread they are a way to send without end (CVE-2023-39326).</summary>
    private const int MostExtension = 256;

    private State _state;
    private long _left;
    private int _digits;
    private int _aside;

    /// <summary>True when the last chunk and its trailer have come.</summary>
    public bool IsAtEnd => _state == State.End;

    /// <summary>Moves the data among the octets to their beginning.</summary>
    /// <param name="consumed">How many octets belong to the body: all, until its end.</param>
    /// <returns>How many octets of data there are; negative when these are no chunks.</returns>
    public int Read(Span<byte> octets, out int consumed)
    {
        int data = 0;
        for (consumed = 0; consumed < octets.Length && _state != State.End;)
        {
            if (_state == State.Data)
            {
                int count = (int)Math.Min(_left, octets.Length - consumed);
                octets.Slice(consumed, count).CopyTo(octets[data..]);
                data += count;
                consumed += count;
                _left -= count;
                if (_left == 0) _state = State.DataEnd;
            }
            else if (!Step(octets[consumed++])) return -1;
        }
        return data;
    }

    private bool Step(byte octet)
    {
        switch (_state)
        {
            case State.Size: return StepSize(octet);
            case State.Extension:
                if (octet == '\r') return Go(State.SizeEnd);
                return !IsControl(octet) && ++_aside <= MostExtension;
            case State.SizeEnd:
                (_digits, _aside) = (0, 0);
                return octet == '\n' && Go(_left > 0 ? State.Data : State.TrailerStart);
            case State.DataEnd: return octet == '\r' && Go(State.DataEndLine);
            case State.DataEndLine: return octet == '\n' && Go(State.Size);
            case State.TrailerStart when octet == '\r': return Go(State.LastLine);
            case State.TrailerStart or State.Trailer:
                if (octet == '\r') return Go(State.TrailerEnd);
                _state = State.Trailer;
                return !IsControl(octet) && ++_aside <= WebFrontLimits.HeadBytes;
            case State.TrailerEnd: return octet == '\n' && Go(State.TrailerStart);
            default: return octet == '\n' && Go(State.End);
        }
    }

    private bool StepSize(byte octet)
    {
        if (char.IsAsciiHexDigit((char)octet))
        {
            _left = (_digits == 0 ? 0 : _left << 4) | (long)Digit(octet);
            return ++_digits <= MostDigits;
        }
        if (_digits == 0) return false;
        return octet switch
        {
            (byte)'\r' => Go(State.SizeEnd),
            (byte)';' => Go(State.Extension),
            _ => false,
        };
    }

    private bool Go(State next)
    {
        _state = next;
        return true;
    }

    private static int Digit(byte octet) => octet <= '9' ? octet - '0' : (octet | 0x20) - 'a' + 10;

    private static bool IsControl(byte octet) => octet is < (byte)' ' and not (byte)'\t' or 0x7F;
}
