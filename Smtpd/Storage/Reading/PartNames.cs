using Smtpd.Mime;

namespace Smtpd.Storage.Reading;

/// <summary>What parts are called that have no name: nested messages by their subject, files by the line they begin with, others by their number and type.</summary>
internal static class PartNames
{
    /// <summary>Octets of a nested message in which its subject is looked for.</summary>
    private const int HeaderOctets = 16 * 1024;

    public static async ValueTask<string> OfAsync(Stream source, MessagePart part, CancellationToken cancellation)
    {
        if (part.FileName.Length > 0) return part.FileName;
        string name = "";
        if (part.MediaType is "message/rfc822" or "message/global")
            name = FileNames.ForMessage(HeaderReader.Summarize(await PartOctets.ReadFirstAsync(source, part, HeaderOctets, cancellation).ConfigureAwait(false)).Subject);
        else if (part.Encoding is TransferEncoding.Uuencode or TransferEncoding.Yenc)
            name = FirstName(await PartOctets.ReadFirstAsync(source, part with { Encoding = TransferEncoding.Identity }, HeaderOctets, cancellation).ConfigureAwait(false));
        return name.Length > 0 ? name : FileNames.ForNameless(part);
    }

    private static string FirstName(ReadOnlySpan<byte> octets)
    {
        while (!octets.IsEmpty)
        {
            int feed = octets.IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = (feed < 0 ? octets : octets[..feed]).TrimEnd((byte)'\r');
            if (EncodedBlockLines.TryReadBegin(line, out string name, out _) || EncodedBlockLines.TryReadYencBegin(line, out name, out _, out _)) return name;
            octets = feed < 0 ? default : octets[(feed + 1)..];
        }
        return "";
    }
}
