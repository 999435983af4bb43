using System.Text;
using Smtpd.Mime;

namespace Smtpd.Tests.Mime;

/// <summary>Messages written with bars for line ends, and trees written in one line.</summary>
internal static class Scan
{
    public static byte[] Octets(string bars) => Encoding.Latin1.GetBytes(bars.Replace("|", "\r\n", StringComparison.Ordinal));

    public static ScannedMessage Message(long origin, params IEnumerable<byte[]> pieces)
    {
        using var scanner = new MimeScanner(origin);
        foreach (byte[] piece in pieces) scanner.Push(piece);
        return scanner.Complete();
    }

    /// <summary>The same, in pieces of one size that are not copied.</summary>
    public static ScannedMessage InPieces(ReadOnlySpan<byte> source, int piece)
    {
        using var scanner = new MimeScanner();
        while (!source.IsEmpty)
        {
            int count = Math.Min(piece, source.Length);
            scanner.Push(source[..count]);
            source = source[count..];
        }
        return scanner.Complete();
    }

    /// <summary>Scans, and decodes every part: the bodies as text.</summary>
    public static ScannedMessage Whole(byte[] source, int piece)
    {
        ScannedMessage message = InPieces(source, piece);
        foreach (MessagePart part in message.Parts.Parts)
            if (part.Kind != PartKind.Multipart) Decode(source, part);
        return message;
    }

    /// <summary>The decoded octets of a part; of a body also its text, which nobody looks at here.</summary>
    public static byte[] Decode(byte[] source, MessagePart part)
    {
        TransferDecoder decoder = TransferDecoder.For(part.Encoding);
        byte[] output = new byte[part.End - part.BodyStart + (2 * TransferDecoder.Slack)];
        int length = decoder.Decode(source.AsSpan((int)part.BodyStart, (int)(part.End - part.BodyStart)), output);
        length += decoder.Finish(output.AsSpan(length));
        if (part.Kind == PartKind.Body) BodyText.Decode(output.AsSpan(0, length), part);
        return output[..length];
    }

    public static PartTree Tree(byte[] source) => Message(0, source).Parts;

    /// <summary>Section, kind, type and body of every part that is not a multipart.</summary>
    public static string Shape(byte[] source, PartTree tree) => string.Join(" ", tree.Parts.Where(part => part.Kind != PartKind.Multipart)
        .Select(part => $"{part.Section}:{part.Kind}:{part.MediaType}[{Encoding.Latin1.GetString(source, (int)part.BodyStart, (int)(part.End - part.BodyStart)).Replace("\r\n", "|", StringComparison.Ordinal)}]"));

    public static string All(ScannedMessage message) =>
        $"{message.Header.Subject} {message.Snippet} {message.Parts.Warnings} {string.Join('\n', message.Parts.Parts)}";
}
