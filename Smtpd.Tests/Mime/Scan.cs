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

    public static PartTree Tree(byte[] source) => Message(0, source).Parts;

    /// <summary>Section, kind, type and body of every part that is not a multipart.</summary>
    public static string Shape(byte[] source, PartTree tree) => string.Join(" ", tree.Parts.Where(part => part.Kind != PartKind.Multipart)
        .Select(part => $"{part.Section}:{part.Kind}:{part.MediaType}[{Encoding.Latin1.GetString(source, (int)part.BodyStart, (int)(part.End - part.BodyStart)).Replace("\r\n", "|", StringComparison.Ordinal)}]"));

    public static string All(ScannedMessage message) =>
        $"{message.Header.Subject} {message.Snippet} {message.Parts.Warnings} {string.Join('\n', message.Parts.Parts)}";
}
