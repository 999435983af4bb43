using System.Buffers;
using System.Runtime.CompilerServices;

namespace Smtpd.Operations;

/// <summary>
/// An interpolated string as UTF-8, composed in borrowed memory: replies, trace lines and log lines are made for every
/// message. Whoever takes one as a parameter calls <see cref="Dispose"/> once.
/// </summary>
[InterpolatedStringHandler]
internal ref struct Utf8Line
{
    private const int FirstOctets = 1024;

    private byte[] _octets;
    private int _length;

    public Utf8Line(int literalLength, int formattedCount) => _octets = ArrayPool<byte>.Shared.Rent(FirstOctets + literalLength);

    /// <summary>The text so far.</summary>
    public readonly ReadOnlySpan<byte> Octets => _octets.AsSpan(0, _length);

    public void AppendLiteral(string text) => AppendFormatted(text);

    public void AppendFormatted(string? text)
    {
        if (text is null) return;
        int written;
        while (!System.Text.Encoding.UTF8.TryGetBytes(text, _octets.AsSpan(_length), out written)) Grow();
        _length += written;
    }

    public void AppendFormatted(ReadOnlySpan<byte> utf8)
    {
        while (_octets.Length - _length < utf8.Length) Grow();
        utf8.CopyTo(_octets.AsSpan(_length));
        _length += utf8.Length;
    }

    public void AppendFormatted<T>(T? value) where T : IUtf8SpanFormattable => AppendFormatted(value, "");

    public void AppendFormatted<T>(T? value, ReadOnlySpan<char> format) where T : IUtf8SpanFormattable
    {
        if (value is null) return;
        int written;
        while (!value.TryFormat(_octets.AsSpan(_length), out written, format, System.Globalization.CultureInfo.InvariantCulture)) Grow();
        _length += written;
    }

    private void Grow()
    {
        byte[] larger = ArrayPool<byte>.Shared.Rent(_octets.Length * 2);
        Octets.CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_octets);
        _octets = larger;
    }

    /// <summary>Gives the memory back; the octets are gone.</summary>
    public void Dispose()
    {
        if (_octets.Length > 0) ArrayPool<byte>.Shared.Return(_octets);
        _octets = [];
        _length = 0;
    }
}
