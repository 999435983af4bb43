namespace Smtpd.Web;

/// <summary>A success whose body lies ready and is kept for the next client.</summary>
internal sealed class OctetsAnswer(string contentType, ReadOnlyMemory<byte> octets) : Answer(200, contentType, octets.Length)
{
    public override bool HasPieces => true;

    public override async Task WriteBodyAsync(Stream output, CancellationToken cancellation) => await output.WriteAsync(octets, cancellation);

    public override async Task WritePieceAsync(Stream output, long first, long count, CancellationToken cancellation) =>
        await output.WriteAsync(octets.Slice((int)first, (int)count), cancellation);

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
