using System.Buffers;
using System.Text;

namespace Smtpd.Mime;

/// <summary>
/// Part trees as a few octets, for stores to keep: a version, the warnings, the number of parts, and of each part its numbers
/// and texts. Numbers have seven bits an octet, low ones first; texts are UTF-8 behind their length.
/// </summary>
internal static class PartTreeFormat
{
    private const byte Version = 1;

    public static void Write(PartTree tree, IBufferWriter<byte> output)
    {
        WriteNumber(output, Version);
        WriteNumber(output, (long)tree.Warnings);
        WriteNumber(output, tree.Parts.Count);
        long previous = 0;
        foreach (MessagePart part in tree.Parts)
        {
            WriteNumber(output, (long)part.Kind);
            WriteNumber(output, (long)part.Encoding);
            WriteNumber(output, part.Depth);
            WriteNumber(output, part.HeaderStart - previous);
            WriteNumber(output, part.BodyStart - part.HeaderStart);
            WriteNumber(output, part.End - part.BodyStart);
            previous = part.HeaderStart;
            WriteText(output, part.MediaType);
            WriteText(output, part.Charset);
            WriteText(output, part.FileName);
            WriteText(output, part.ContentId);
        }
    }

    /// <exception cref="InvalidDataException">The octets are not what <see cref="Write"/> wrote.</exception>
    public static PartTree Read(ReadOnlySpan<byte> octets)
    {
        long version = ReadNumber(ref octets);
        if (version != Version) throw new InvalidDataException($"A part tree of version {version}, not {Version}.");
        var warnings = (MimeWarnings)ReadNumber(ref octets);
        long count = ReadNumber(ref octets);
        var parts = new List<MessagePart>();
        long previous = 0;
        for (long i = 0; i < count; i++)
        {
            var kind = (PartKind)ReadNumber(ref octets);
            var encoding = (TransferEncoding)ReadNumber(ref octets);
            int depth = (int)ReadNumber(ref octets);
            if (depth > (i == 0 ? 0 : parts[^1].Depth + 1)) throw new InvalidDataException("A part tree has a part without a parent.");
            long header = previous + ReadNumber(ref octets), body = header + ReadNumber(ref octets), end = body + ReadNumber(ref octets);
            previous = header;
            parts.Add(new MessagePart
            {
                Kind = kind,
                Encoding = encoding,
                Depth = depth,
                HeaderStart = header,
                BodyStart = body,
                End = end,
                MediaType = ReadText(ref octets),
                Charset = ReadText(ref octets),
                FileName = ReadText(ref octets),
                ContentId = ReadText(ref octets),
            });
        }
        return new PartTree(parts, warnings);
    }

    private static void WriteNumber(IBufferWriter<byte> output, long number)
    {
        Span<byte> room = output.GetSpan(10);
        int length = 0;
        for (ulong rest = (ulong)number; ; rest >>= 7)
        {
            room[length++] = (byte)(rest < 0x80 ? rest : rest | 0x80);
            if (rest < 0x80) break;
        }
        output.Advance(length);
    }

    private static long ReadNumber(ref ReadOnlySpan<byte> octets)
    {
        ulong number = 0;
        for (int shift = 0; shift < 63; shift += 7)
        {
            if (octets.IsEmpty) break;
            byte octet = octets[0];
            octets = octets[1..];
            number |= (ulong)(octet & 0x7F) << shift;
            if (octet < 0x80) return (long)number;
        }
        throw new InvalidDataException("A part tree ends too early.");
    }

    private static void WriteText(IBufferWriter<byte> output, string text)
    {
        WriteNumber(output, Encoding.UTF8.GetByteCount(text));
        Encoding.UTF8.GetBytes(text, output);
    }

    private static string ReadText(ref ReadOnlySpan<byte> octets)
    {
        long length = ReadNumber(ref octets);
        if (length > octets.Length) throw new InvalidDataException("A part tree ends too early.");
        string text = Encoding.UTF8.GetString(octets[..(int)length]);
        octets = octets[(int)length..];
        return text;
    }
}
