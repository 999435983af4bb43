using System.Buffers.Binary;

namespace Smtpd.Mime;

/// <summary>
/// The compression of Rich Text in Outlook's mail (MS-OXRTFCP): references into a ring of 4096 octets that begins with words
/// that every such text has. Octets that are not compressed at all have another mark and come as they are.
/// </summary>
internal sealed class CompressedRtfDecoder : TransferDecoder
{
    private const int HeaderOctets = 16;
    private const int RingOctets = 4096;
    private const uint Compressed = 0x75465A4C;
    private const uint Uncompressed = 0x414C454D;

    private readonly byte[] _header = new byte[HeaderOctets];
    private readonly byte[] _ring = new byte[RingOctets];
    private int _headerLength;
    private int _next;
    private uint _kind;
    private long _left;
    private int _flags;
    private int _flagsLeft;

    /// <summary>The first octet of a reference, -1 while there is none.</summary>
    private int _first = -1;

    private static ReadOnlySpan<byte> Beginning =>
        "{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"u8;

    /// <summary>Two octets may stand for seventeen.</summary>
    public override int Growth => 9;

    public override int Decode(ReadOnlySpan<byte> input, Span<byte> output)
    {
        int written = 0;
        foreach (byte octet in input)
        {
            if (_headerLength < HeaderOctets)
            {
                _header[_headerLength++] = octet;
                if (_headerLength == HeaderOctets) Begin();
                continue;
            }
            if (_left <= 0) break;
            if (_kind == Uncompressed)
            {
                output[written++] = octet;
                _left--;
            }
            else written += Take(octet, output[written..]);
        }
        return written;
    }

    private void Begin()
    {
        _left = BinaryPrimitives.ReadUInt32LittleEndian(_header.AsSpan(4));
        _kind = BinaryPrimitives.ReadUInt32LittleEndian(_header.AsSpan(8));
        if (_kind is not (Compressed or Uncompressed)) _left = 0;
        Beginning.CopyTo(_ring);
        _next = Beginning.Length;
    }

    private int Take(byte octet, Span<byte> output)
    {
        if (_flagsLeft == 0)
        {
            _flags = octet;
            _flagsLeft = 8;
            return 0;
        }
        if ((_flags & 1) == 0)
        {
            EndToken();
            Put(octet, output);
            return 1;
        }
        if (_first < 0)
        {
            _first = octet;
            return 0;
        }
        int offset = (_first << 4) | (octet >> 4);
        int length = (int)Math.Min((octet & 0x0F) + 2, _left);
        EndToken();
        // A reference to the place that is written next is the end.
        if (offset == _next)
        {
            _left = 0;
            return 0;
        }
        for (int i = 0; i < length; i++) Put(_ring[(offset + i) % RingOctets], output[i..]);
        return length;
    }

    private void EndToken()
    {
        _first = -1;
        _flags >>= 1;
        _flagsLeft--;
    }

    private void Put(byte octet, Span<byte> output)
    {
        output[0] = octet;
        _ring[_next] = octet;
        _next = (_next + 1) % RingOctets;
        _left--;
    }

    public override int Finish(Span<byte> output) => 0;
}
