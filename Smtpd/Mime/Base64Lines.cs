using System.Buffers;
using System.Buffers.Text;

namespace Smtpd.Mime;

/// <summary>Encodes octets as base64 in lines of 76 letters (RFC 2045 §6.8), in pieces of any size.</summary>
internal sealed class Base64Lines
{
    private const int LineOctets = 57;
    private const int LineLetters = 76;

    private readonly byte[] _line = new byte[LineOctets];
    private int _count;

    public void Write(ReadOnlySpan<byte> octets, IBufferWriter<byte> output)
    {
        while (!octets.IsEmpty)
        {
            int taken = Math.Min(LineOctets - _count, octets.Length);
            octets[..taken].CopyTo(_line.AsSpan(_count));
            _count += taken;
            octets = octets[taken..];
            if (_count == LineOctets) Complete(output);
        }
    }

    /// <summary>Writes the line that is not full.</summary>
    public void Complete(IBufferWriter<byte> output)
    {
        if (_count == 0) return;
        Base64.EncodeToUtf8(_line.AsSpan(0, _count), output.GetSpan(LineLetters), out _, out int written);
        output.Advance(written);
        output.Write("\r\n"u8);
        _count = 0;
    }
}
