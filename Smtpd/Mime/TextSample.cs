using System.Buffers;
using System.Text;

namespace Smtpd.Mime;

/// <summary>The first octets of the text that a reader sees first: of plain text where there is some, else of HTML.</summary>
internal sealed class TextSample : IDisposable
{
    /// <summary>Enough for the snippet where each of its letters takes four octets.</summary>
    private const int TextOctets = 1024;

    /// <summary>Enough where each takes nine (quoted-printable).</summary>
    private const int EncodedOctets = 3 * 1024;

    /// <summary>Pages begin with much that nobody sees.</summary>
    private const int HtmlOctets = 16 * 1024;

    private OctetBuffer _octets = new(HtmlOctets);
    private MessagePart? _part;
    private int _room;

    /// <summary>A part's body begins.</summary>
    public void Begin(MessagePart part)
    {
        _room = 0;
        if (part.Kind != PartKind.Body) return;
        bool isBetter = _part is null || IsBlank() || (_part.IsHtml && !part.IsHtml);
        if (!isBetter) return;
        _part = part;
        _octets.Clear();
        _room = part.IsHtml ? HtmlOctets : part.Encoding == TransferEncoding.Identity ? TextOctets : EncodedOctets;
    }

    public void Append(ReadOnlySpan<byte> octets)
    {
        if (_room == 0) return;
        int count = Math.Min(_room, octets.Length);
        _octets.Append(octets[..count]);
        _room -= count;
    }

    /// <summary>The part that was begun ends.</summary>
    public void End() => _room = 0;

    private bool IsBlank() => !_octets.Span.ContainsAnyExcept(" \t\r\n"u8);

    public string Snippet()
    {
        if (_part is null || _octets.Length == 0) return "";
        if (_part.Encoding == TransferEncoding.Identity) return Snippet(_octets.Span, _part);
        TransferDecoder decoder = TransferDecoder.For(_part.Encoding);
        byte[] decoded = ArrayPool<byte>.Shared.Rent(_octets.Length + TransferDecoder.Slack);
        int length = decoder.Decode(_octets.Span, decoded);
        length += decoder.Finish(decoded.AsSpan(length));
        string snippet = Snippet(decoded.AsSpan(0, length), _part);
        ArrayPool<byte>.Shared.Return(decoded);
        return snippet;
    }

    private static string Snippet(ReadOnlySpan<byte> octets, MessagePart part)
    {
        if (!part.IsHtml && Mime.Snippet.HoldsAscii(part.Charset) && Ascii.IsValid(octets)) return Mime.Snippet.OfAscii(octets);
        return Mime.Snippet.Of(BodyText.Decode(BodyText.WithoutBrokenEnd(octets), part), part.IsHtml);
    }

    public void Dispose() => _octets.Dispose();
}
