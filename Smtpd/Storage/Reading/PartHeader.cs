using System.Buffers;
using System.Text;
using Smtpd.Mime;

namespace Smtpd.Storage.Reading;

/// <summary>What the header of a part says beyond what its tree keeps, read from the source when it is wanted.</summary>
/// <param name="Type">Of Content-Type, with its parameters.</param>
/// <param name="Disposition">The first word of Content-Disposition in lower case; empty when there is none.</param>
internal sealed record PartHeader(Parameters Type, string Disposition)
{
    public bool IsFlowed => Type["format"].Equals("flowed", StringComparison.OrdinalIgnoreCase);

    public bool DeletesSpace => Type["delsp"].Equals("yes", StringComparison.OrdinalIgnoreCase);

    public static async ValueTask<PartHeader> ReadAsync(Stream source, MessagePart part, CancellationToken cancellation)
    {
        int length = (int)Math.Clamp(part.BodyStart - part.HeaderStart, 0, part.Depth == 0 ? MimeScanner.HeaderOctets : MimeScanner.PartHeaderOctets);
        byte[] header = ArrayPool<byte>.Shared.Rent(Math.Max(length, 1));
        try
        {
            source.Position = part.HeaderStart;
            await source.ReadExactlyAsync(header.AsMemory(0, length), cancellation).ConfigureAwait(false);
            return Read(header.AsSpan(0, length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(header);
        }
    }

    private static PartHeader Read(ReadOnlySpan<byte> header)
    {
        string type = "", disposition = "";
        while (HeaderReader.TryReadField(ref header, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value))
        {
            if (type.Length == 0 && Ascii.EqualsIgnoreCase(name, "Content-Type"u8)) type = HeaderText.Unfold(value);
            else if (disposition.Length == 0 && Ascii.EqualsIgnoreCase(name, "Content-Disposition"u8)) disposition = HeaderText.Unfold(value);
        }
        return new PartHeader(Parameters.Read(type), DispositionOf(disposition));
    }

    /// <summary>Only the two that mean something here; any other is as good as an attachment (RFC 2183 §2.8).</summary>
    private static string DispositionOf(string value) => value.Length == 0 ? ""
        : Parameters.Read(value).Head.Equals("inline", StringComparison.OrdinalIgnoreCase) ? "inline" : "attachment";
}
