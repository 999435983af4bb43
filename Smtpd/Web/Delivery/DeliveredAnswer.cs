namespace Smtpd.Web.Delivery;

/// <summary>An answer as it goes to one client: the whole, a piece of it, compressed, or nothing but its head.</summary>
/// <param name="inner">What the handler made; owned by this.</param>
internal sealed class DeliveredAnswer(Answer inner, int status, long? length) : Answer(status, inner.ContentType, length)
{
    /// <summary>The piece that is sent; null for the whole.</summary>
    public ByteRange? Range { get; init; }

    public ContentCoding Coding { get; init; }

    public override async Task WriteBodyAsync(Stream output, CancellationToken cancellation)
    {
        if (Status == 304) return;
        if (Range is { } range) await inner.WritePieceAsync(output, range.First, range.Count, cancellation);
        else if (Coding == ContentCoding.Identity) await inner.WriteBodyAsync(output, cancellation);
        else
        {
            await using Stream coder = Compression.Over(output);
            await inner.WriteBodyAsync(coder, cancellation);
        }
    }

    public override ValueTask DisposeAsync() => inner.DisposeAsync();
}
