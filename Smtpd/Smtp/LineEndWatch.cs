namespace Smtpd.Smtp;

/// <summary>
/// Looks for a CR or LF that stands alone in a message whose end is known beforehand (RFC 3030 §2): nothing can be smuggled past
/// it here, but the next reader of the message may be open to it.
/// </summary>
internal struct LineEndWatch
{
    private bool _afterReturn;

    private bool _foundBare;

    /// <summary>True when a CR or LF was seen that is not part of a CRLF. A CR at the very end is one.</summary>
    public readonly bool HasBareLineEnd => _foundBare || _afterReturn;

    /// <summary>Looks at the next octets of the message.</summary>
    public void Read(ReadOnlySpan<byte> octets)
    {
        if (_foundBare || octets.IsEmpty) return;
        if (_afterReturn)
        {
            _afterReturn = false;
            if (octets[0] != '\n')
            {
                _foundBare = true;
                return;
            }
            octets = octets[1..];
        }
        while (true)
        {
            int end = octets.IndexOfAny((byte)'\r', (byte)'\n');
            if (end < 0) return;
            if (octets[end] == '\n' || (end + 1 < octets.Length && octets[end + 1] != '\n'))
            {
                _foundBare = true;
                return;
            }
            if (end + 1 == octets.Length)
            {
                _afterReturn = true;
                return;
            }
            octets = octets[(end + 2)..];
        }
    }
}
