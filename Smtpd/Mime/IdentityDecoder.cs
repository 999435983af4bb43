namespace Smtpd.Mime;

/// <summary>7bit, 8bit and binary (RFC 2045 §6.2).</summary>
internal sealed class IdentityDecoder : TransferDecoder
{
    public override int Decode(ReadOnlySpan<byte> input, Span<byte> output)
    {
        input.CopyTo(output);
        return input.Length;
    }

    public override int Finish(Span<byte> output) => 0;
}
