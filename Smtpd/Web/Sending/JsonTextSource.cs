using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Smtpd.Storage;

namespace Smtpd.Web.Sending;

/// <summary>The text of a JSON string as UTF-8, with its escapes undone while it is read (RFC 8259 §7).</summary>
/// <param name="offset">Where in the body the string begins, behind its quotation mark.</param>
/// <param name="length">Octets up to the mark that ends it.</param>
internal sealed class JsonTextSource(MessageBody body, long offset, long length) : TextSource
{
    private const int Slice = 16 * 1024;

    /// <summary>The longest escape: two halves of a pair.</summary>
    private const int LongestEscape = 12;

    private readonly byte[] _buffer = new byte[Slice];
    private readonly long _end = offset + length;
    private long _next = offset;
    private int _from;
    private int _to;
    private int _pendingFrom;
    private int _pendingTo;
    private readonly byte[] _pending = new byte[4];

    /// <exception cref="JsonException">It is no JSON string.</exception>
    public override int Read(Span<byte> target)
    {
        int written = 0;
        while (written < target.Length)
        {
            if (_pendingFrom < _pendingTo)
            {
                target[written++] = _pending[_pendingFrom++];
                continue;
            }
            if (_to - _from < LongestEscape) Fill();
            if (_from == _to) break;
            ReadOnlySpan<byte> rest = _buffer.AsSpan(_from, _to - _from);
            int plain = rest.IndexOfAny(s_special);
            if (plain < 0) plain = rest.Length;
            if (plain > 0)
            {
                plain = Math.Min(plain, target.Length - written);
                rest[..plain].CopyTo(target[written..]);
                written += plain;
                _from += plain;
            }
            else ReadEscape(rest);
        }
        return written;
    }

    private void Fill()
    {
        _buffer.AsSpan(_from, _to - _from).CopyTo(_buffer);
        (_to, _from) = (_to - _from, 0);
        int count = body.Read(_next, _buffer.AsSpan(_to, (int)Math.Min(Slice - _to, _end - _next)));
        _next += count;
        _to += count;
    }

    private static readonly SearchValues<byte> s_special =
        SearchValues.Create([(byte)'\\', .. Enumerable.Range(0, 0x20).Select(octet => (byte)octet)]);

    private void ReadEscape(ReadOnlySpan<byte> text)
    {
        if (text[0] != '\\') throw new JsonException("A control character stands in a text.");
        if (text.Length < 2) throw new JsonException("A text ends in an escape.");
        (int code, int taken) = text[1] switch
        {
            (byte)'"' or (byte)'\\' or (byte)'/' => (text[1], 2),
            (byte)'b' => ('\b', 2),
            (byte)'f' => ('\f', 2),
            (byte)'n' => ('\n', 2),
            (byte)'r' => ('\r', 2),
            (byte)'t' => ('\t', 2),
            (byte)'u' => ReadCode(text),
            _ => throw new JsonException("An escape is none of JSON's."),
        };
        _from += taken;
        (_pendingFrom, _pendingTo) = (0, new Rune(code).EncodeToUtf8(_pending));
    }

    private static (int Code, int Taken) ReadCode(ReadOnlySpan<byte> text)
    {
        int high = ReadUnit(text);
        if (!char.IsSurrogate((char)high)) return (high, 6);
        if (text.Length < LongestEscape || text[6] != '\\' || text[7] != 'u') throw new JsonException("Half of a pair of surrogates.");
        int low = ReadUnit(text[6..]);
        return char.IsSurrogatePair((char)high, (char)low) ? (char.ConvertToUtf32((char)high, (char)low), LongestEscape) : throw new JsonException("Half of a pair of surrogates.");
    }

    private static int ReadUnit(ReadOnlySpan<byte> text) =>
        text.Length >= 6 && !text[2..6].ContainsAnyExcept(s_digits) && int.TryParse(text[2..6], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int unit)
            ? unit
            : throw new JsonException("An escape has no four digits.");

    private static readonly SearchValues<byte> s_digits = SearchValues.Create("0123456789abcdefABCDEF"u8);
}
