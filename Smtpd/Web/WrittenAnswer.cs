namespace Smtpd.Web;

/// <summary>An answer of unknown length: its body is written piece by piece, and each write is on its way to the client at once.</summary>
/// <param name="write">Writes the body and returns at its end. The stream takes asynchronous writes.</param>
internal sealed class WrittenAnswer(int status, string contentType, Func<Stream, CancellationToken, Task> write) : Answer(status, contentType, length: null)
{
    public override Task WriteBodyAsync(Stream output, CancellationToken cancellation) => write(output, cancellation);

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
