using System.Buffers;
using Smtpd.Mime;

namespace Smtpd.Bench.Parsing;

/// <summary>What the program does with a message from its arrival until somebody has read all of it, without the store in between.</summary>
internal static class FullParse
{
    /// <summary>A connection hands its octets on in pieces of at most so many.</summary>
    private const int Piece = 64 * 1024;

    /// <summary>Finds the structure, without summing up.</summary>
    public static void Scan(byte[] source)
    {
        using var scanner = new MimeScanner();
        Push(scanner, source);
    }

    /// <summary>All that happens while a message is received: structure, header, beginning of the text.</summary>
    public static ScannedMessage Receive(byte[] source)
    {
        using var scanner = new MimeScanner();
        Push(scanner, source);
        return scanner.Complete();
    }

    /// <summary>Receives, and decodes all bodies: texts to strings, everything else to octets. Returns how much that was.</summary>
    public static long Whole(byte[] source)
    {
        long total = 0;
        foreach (MessagePart part in Receive(source).Parts.Parts)
            if (part.Kind != PartKind.Multipart) total += Decode(source.AsSpan((int)part.BodyStart, (int)(part.End - part.BodyStart)), part);
        return total;
    }

    private static void Push(MimeScanner scanner, ReadOnlySpan<byte> source)
    {
        while (!source.IsEmpty)
        {
            int count = Math.Min(Piece, source.Length);
            scanner.Push(source[..count]);
            source = source[count..];
        }
    }

    private static long Decode(ReadOnlySpan<byte> body, MessagePart part)
    {
        if (part.Kind != PartKind.Body) return DecodeInPieces(body, part);
        byte[] decoded = ArrayPool<byte>.Shared.Rent(body.Length + TransferDecoder.Slack);
        TransferDecoder decoder = TransferDecoder.For(part.Encoding);
        int length = decoder.Decode(body, decoded);
        length += decoder.Finish(decoded.AsSpan(length));
        string text = BodyText.Decode(decoded.AsSpan(0, length), part);
        ArrayPool<byte>.Shared.Return(decoded);
        return text.Length;
    }

    /// <summary>Attachments are streamed, never held whole.</summary>
    private static long DecodeInPieces(ReadOnlySpan<byte> body, MessagePart part)
    {
        byte[] decoded = ArrayPool<byte>.Shared.Rent(Piece + TransferDecoder.Slack);
        TransferDecoder decoder = TransferDecoder.For(part.Encoding);
        long total = 0;
        while (!body.IsEmpty)
        {
            int count = Math.Min(Piece, body.Length);
            total += decoder.Decode(body[..count], decoded);
            body = body[count..];
        }
        total += decoder.Finish(decoded);
        ArrayPool<byte>.Shared.Return(decoded);
        return total;
    }
}
