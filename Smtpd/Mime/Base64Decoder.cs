using System.Buffers;
using System.Buffers.Text;

namespace Smtpd.Mime;

/// <summary>
/// Base64 (RFC 2045 §6.8). Octets outside of the alphabet are passed over, missing padding is no loss. Padding ends it all: what
/// stands behind was put there by somebody else, a mailing list or a virus scanner. An equals sign that pads nothing is no padding.
/// </summary>
internal sealed class Base64Decoder : TransferDecoder
{
    private const byte Ignored = 0xFF;

    private const int MostGathered = 2 * 1024;

    private static readonly SearchValues<byte> _blanks = SearchValues.Create(" \t\r\n"u8);
    private static readonly byte[] _values = Values();

    private int _bits;
    private int _count;
    private bool _isEnded;

    private static byte[] Values()
    {
        byte[] values = new byte[256];
        values.AsSpan().Fill(Ignored);
        ReadOnlySpan<byte> alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"u8;
        for (int i = 0; i < alphabet.Length; i++) values[alphabet[i]] = (byte)i;
        return values;
    }

    public override int Decode(ReadOnlySpan<byte> input, Span<byte> output)
    {
        // Clean lines are put together, because many are decoded faster at once than one by one.
        Span<byte> gathered = stackalloc byte[MostGathered];
        int length = 0, written = 0;
        while (!input.IsEmpty && !_isEnded)
        {
            int end = input.IndexOfAny(_blanks);
            ReadOnlySpan<byte> run = end < 0 ? input : input[..end];
            input = input[run.Length..];
            while (!input.IsEmpty && HeaderText.IsBlank(input[0])) input = input[1..];
            if (length + run.Length > MostGathered) length = DecodeGathered(gathered, length, output, ref written);
            if (length > 0 || IsBetweenQuanta)
            {
                int fits = Math.Min(run.Length, MostGathered - length);
                run[..fits].CopyTo(gathered[length..]);
                length += fits;
                run = run[fits..];
                if (run.IsEmpty) continue;
                length = DecodeGathered(gathered, length, output, ref written);
                DecodeSlowly(gathered[..length], output, ref written);
                length = 0;
            }
            DecodeRun(run, output, ref written);
        }
        length = DecodeGathered(gathered, length, output, ref written);
        DecodeSlowly(gathered[..length], output, ref written);
        return written;
    }

    private bool IsBetweenQuanta => _count == 0 && !_isEnded;

    /// <summary>Decodes what was gathered, but for an unfinished quantum at the end, which is moved to the front. Returns how long that is.</summary>
    private int DecodeGathered(Span<byte> gathered, int length, Span<byte> output, ref int written)
    {
        int read = DecodeQuanta(gathered[..length], output, ref written);
        ReadOnlySpan<byte> rest = gathered[read..length];
        if (rest.Length < 4 && !rest.Contains((byte)'='))
        {
            rest.CopyTo(gathered);
            return rest.Length;
        }
        DecodeSlowly(rest, output, ref written);
        return 0;
    }

    private void DecodeRun(ReadOnlySpan<byte> run, Span<byte> output, ref int written)
    {
        while (_count > 0 && !run.IsEmpty)
        {
            DecodeSlowly(run[..1], output, ref written);
            run = run[1..];
        }
        if (IsBetweenQuanta) run = run[DecodeQuanta(run, output, ref written)..];
        DecodeSlowly(run, output, ref written);
    }

    /// <summary>Decodes whole quanta up to the first octet that is not of the alphabet. Returns how many octets it took.</summary>
    private static int DecodeQuanta(ReadOnlySpan<byte> run, Span<byte> output, ref int written)
    {
        _ = Base64.DecodeFromUtf8(run[..(run.Length & ~3)], output[written..], out int read, out int made, isFinalBlock: false);
        written += made;
        return read;
    }

    private void DecodeSlowly(ReadOnlySpan<byte> run, Span<byte> output, ref int written)
    {
        if (!run.IsEmpty && !_isEnded) written += DecodeSlowly(run, output[written..]);
    }

    private int DecodeSlowly(ReadOnlySpan<byte> run, Span<byte> output)
    {
        int written = 0;
        foreach (byte octet in run)
        {
            byte value = _values[octet];
            if (octet == '=' && _count > 1)
            {
                _isEnded = true;
                return written + Flush(output[written..]);
            }
            if (value == Ignored) continue;
            _bits = (_bits << 6) | value;
            if (++_count < 4) continue;
            output[written] = (byte)(_bits >> 16);
            output[written + 1] = (byte)(_bits >> 8);
            output[written + 2] = (byte)_bits;
            written += 3;
            _bits = _count = 0;
        }
        return written;
    }

    /// <summary>Gives the whole octets of a quantum that has less than four digits.</summary>
    private int Flush(Span<byte> output)
    {
        int written = 0;
        if (_count == 3)
        {
            output[0] = (byte)(_bits >> 10);
            output[1] = (byte)(_bits >> 2);
            written = 2;
        }
        else if (_count == 2)
        {
            output[0] = (byte)(_bits >> 4);
            written = 1;
        }
        _bits = _count = 0;
        return written;
    }

    public override int Finish(Span<byte> output) => Flush(output);
}
