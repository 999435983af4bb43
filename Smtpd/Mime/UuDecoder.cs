namespace Smtpd.Mime;

/// <summary>The old Unix encoding, declared as <c>x-uuencode</c>: lines between <c>begin</c> and <c>end</c>, each with its length in front.</summary>
internal sealed class UuDecoder : TransferDecoder
{
    /// <summary>A line has a length, 60 digits and perhaps a checksum.</summary>
    private const int LongestLine = 128;

    private readonly byte[] _line = new byte[LongestLine];
    private int _length;
    private bool _hasBegun;
    private bool _isEnded;

    public override int Decode(ReadOnlySpan<byte> input, Span<byte> output)
    {
        int written = 0;
        while (!input.IsEmpty && !_isEnded)
        {
            int feed = input.IndexOf((byte)'\n');
            ReadOnlySpan<byte> piece = feed < 0 ? input : input[..feed];
            int fits = Math.Min(piece.Length, LongestLine - _length);
            piece[..fits].CopyTo(_line.AsSpan(_length));
            _length += fits;
            if (feed < 0) break;
            input = input[(feed + 1)..];
            written += TakeLine(output[written..]);
        }
        return written;
    }

    private int TakeLine(Span<byte> output)
    {
        ReadOnlySpan<byte> line = _line.AsSpan(0, _length).TrimEnd("\r"u8);
        _length = 0;
        if (!_hasBegun)
        {
            _hasBegun = line.StartsWith("begin "u8);
            return 0;
        }
        if (line.SequenceEqual("end"u8))
        {
            _isEnded = true;
            return 0;
        }
        return line.IsEmpty ? 0 : DecodeLine(line, output);
    }

    private static int DecodeLine(ReadOnlySpan<byte> line, Span<byte> output)
    {
        int count = (line[0] - ' ') & 63, written = 0;
        for (int i = 1; written < count && i < line.Length; i += 4)
        {
            int bits = 0;
            // White space at the end of a line may have been lost on the way; it stands for zeros.
            for (int k = 0; k < 4; k++) bits = (bits << 6) | (i + k < line.Length ? (line[i + k] - ' ') & 63 : 0);
            for (int shift = 16; shift >= 0 && written < count; shift -= 8) output[written++] = (byte)(bits >> shift);
        }
        return written;
    }

    public override int Finish(Span<byte> output) => !_isEnded && _length > 0 ? TakeLine(output) : 0;
}
