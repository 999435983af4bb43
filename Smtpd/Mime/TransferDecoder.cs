namespace Smtpd.Mime;

/// <summary>
/// Undoes a transfer encoding (RFC 2045 §6) on octets that come in pieces of any size. Nothing is an error: what cannot be decoded
/// is left out or left as it is.
/// </summary>
internal abstract class TransferDecoder
{
    /// <summary>Octets of room that the output needs beyond those of the input: what was held back of earlier pieces.</summary>
    public const int Slack = 256;

    public static TransferDecoder For(TransferEncoding encoding) => encoding switch
    {
        TransferEncoding.Base64 => new Base64Decoder(),
        TransferEncoding.QuotedPrintable => new QuotedPrintableDecoder(),
        TransferEncoding.Uuencode => new UuDecoder(),
        TransferEncoding.Yenc => new YencDecoder(),
        TransferEncoding.CompressedRtf => new CompressedRtfDecoder(),
        _ => new IdentityDecoder(),
    };

    /// <summary>How many octets one octet may become.</summary>
    public virtual int Growth => 1;

    /// <summary>Takes the whole piece; returns how many octets came out.</summary>
    /// <param name="output">At least <see cref="Growth"/> times as long as the input, and <see cref="Slack"/>.</param>
    public abstract int Decode(ReadOnlySpan<byte> input, Span<byte> output);

    /// <summary>Gives what was held back, at the end.</summary>
    /// <param name="output">At least <see cref="Slack"/> octets.</param>
    public abstract int Finish(Span<byte> output);
}
