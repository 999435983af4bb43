using System.Buffers;

namespace Smtpd.Mime;

/// <summary>
/// Encodes text as quoted-printable (RFC 2045 §6.7), in pieces of any size. CRLF, CR and LF all end a line of the text and come out
/// as CRLF.
/// </summary>
internal sealed class QuotedPrintableEncoder
{
    /// <summary>Letters of a line with its soft break (RFC 2045 §6.7, rule 5).</summary>
    private const int LineLetters = 76;

    private int _column;
    private bool _wasReturn;

    /// <summary>A blank or tab that may be the last of its line, and then must be encoded (rule 3); 0 for none.</summary>
    private byte _blank;

    public void Write(ReadOnlySpan<byte> text, IBufferWriter<byte> output)
    {
        foreach (byte octet in text)
        {
            if (octet is (byte)'\r' or (byte)'\n')
            {
                if (octet == '\r' || !_wasReturn) EndLine(output);
                _wasReturn = octet == '\r';
                continue;
            }
            _wasReturn = false;
            if (_blank != 0) Take(_blank, isEncoded: false, output);
            _blank = 0;
            if (octet is (byte)' ' or (byte)'\t') _blank = octet;
            else Take(octet, isEncoded: octet is < 33 or > 126 or (byte)'=', output);
        }
    }

    /// <summary>Writes what was held back.</summary>
    public void Complete(IBufferWriter<byte> output)
    {
        if (_blank != 0) Take(_blank, isEncoded: true, output);
        _blank = 0;
    }

    private void EndLine(IBufferWriter<byte> output)
    {
        Complete(output);
        output.Write("\r\n"u8);
        _column = 0;
    }

    private void Take(byte octet, bool isEncoded, IBufferWriter<byte> output)
    {
        int letters = isEncoded ? 3 : 1;
        if (_column + letters >= LineLetters)
        {
            output.Write("=\r\n"u8);
            _column = 0;
        }
        Span<byte> written = output.GetSpan(3);
        written[0] = octet;
        if (isEncoded) (written[0], written[1], written[2]) = ((byte)'=', "0123456789ABCDEF"u8[octet >> 4], "0123456789ABCDEF"u8[octet & 15]);
        output.Advance(letters);
        _column += letters;
    }
}
