using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Smtpd.Web.Sending;

/// <summary>
/// Copies JSON while it arrives, but for its long texts: in the copy a name stands in the place of each, and where the text itself
/// lies is remembered. Texts are files for the most part; the copy stays small whatever they are. Nothing is judged here.
/// </summary>
internal sealed class JsonSkeleton
{
    /// <summary>Octets of a text from which on it is left out: more than any field of a header may have.</summary>
    public const int LongOctets = 16 * 1024;

    /// <summary>Octets of the copy.</summary>
    public const int MostOctets = 1024 * 1024;

    /// <summary>Nobody who sends JSON knows it, so nobody can name a text that is not his.</summary>
    private readonly string _secret = RandomNumberGenerator.GetHexString(32);

    private readonly ArrayBufferWriter<byte> _copy = new();
    private readonly ArrayBufferWriter<byte> _text = new();
    private readonly List<(long Offset, long Length)> _long = [];
    private long _position;
    private long _textStart;
    private bool _inText;
    private bool _isEscaped;
    private bool _isLong;

    /// <summary>The copy.</summary>
    public ReadOnlySpan<byte> Octets => _copy.WrittenSpan;

    /// <summary>True when there is more JSON around the long texts than a request may have; the copy is not complete then.</summary>
    public bool IsTooBig { get; private set; }

    public void Push(ReadOnlySpan<byte> octets)
    {
        while (!octets.IsEmpty && !IsTooBig)
        {
            int taken = _inText ? TakeText(octets) : TakeRest(octets);
            _position += taken;
            octets = octets[taken..];
            IsTooBig = _copy.WrittenCount > MostOctets;
        }
    }

    /// <summary>Takes what stands outside of texts, up to the quotation mark that begins one.</summary>
    private int TakeRest(ReadOnlySpan<byte> octets)
    {
        int mark = octets.IndexOf((byte)'"');
        int taken = mark < 0 ? octets.Length : mark + 1;
        _copy.Write(octets[..taken]);
        if (mark >= 0)
        {
            (_inText, _isEscaped, _isLong, _textStart) = (true, false, false, _position + taken);
            _text.ResetWrittenCount();
        }
        return taken;
    }

    /// <summary>Takes what stands in a text, up to the quotation mark that ends it.</summary>
    private int TakeText(ReadOnlySpan<byte> octets)
    {
        int end = 0;
        for (; end < octets.Length; end++)
        {
            if (_isEscaped) _isEscaped = false;
            else if (octets[end] == '\\') _isEscaped = true;
            else if (octets[end] == '"') break;
        }
        if (!_isLong && _text.WrittenCount + end > LongOctets) _isLong = true;
        if (!_isLong) _text.Write(octets[..end]);
        if (end == octets.Length) return end;
        if (_isLong)
        {
            _copy.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{_secret}{_long.Count}")));
            _long.Add((_textStart, _position + end - _textStart));
        }
        else _copy.Write(_text.WrittenSpan);
        _copy.Write("\""u8);
        _inText = false;
        return end + 1;
    }

    /// <summary>Where in all that was pushed the long text lies that is named so; null for a text that was short.</summary>
    public (long Offset, long Length)? Find(string? text) => IsLong(text) ? _long[int.Parse(text.AsSpan(_secret.Length), NumberStyles.None, CultureInfo.InvariantCulture)] : null;

    public bool IsLong(string? text) => text?.StartsWith(_secret, StringComparison.Ordinal) == true;
}
