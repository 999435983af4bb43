using System.Buffers;
using Smtpd.Mime;

namespace Smtpd.Web.Sending;

/// <summary>The octets of a file that came as base64, or as a data URL (RFC 2397), which is what browsers make of files.</summary>
/// <param name="member">What the file is called in the request.</param>
internal sealed class Base64Text(TextSource source, string member)
{
    /// <summary>Octets in which a data URL says what it is.</summary>
    private const int MostOfUrl = 1024;

    private readonly StrictBase64 _decoder = new();
    private bool _hasBegun;
    private bool _hasEnded;

    /// <summary>Decodes the next piece; false when there is none.</summary>
    /// <exception cref="SendProblemException">It is no base64.</exception>
    public bool Read(byte[] slice, IBufferWriter<byte> output)
    {
        if (_hasEnded) return false;
        int count = source.Read(slice);
        if (count == 0)
        {
            _hasEnded = true;
            return _decoder.Complete(output) ? true : throw Broken();
        }
        ReadOnlySpan<byte> text = slice.AsSpan(0, count);
        if (!_hasBegun && text.StartsWith("data:"u8))
        {
            int comma = text[..Math.Min(MostOfUrl, text.Length)].IndexOf((byte)',');
            text = comma < 0 ? throw Broken() : text[(comma + 1)..];
        }
        _hasBegun = true;
        return _decoder.Write(text, output) ? true : throw Broken();
    }

    private SendProblemException Broken() => new($"{member}.Content: must be base64 with its padding.");
}
