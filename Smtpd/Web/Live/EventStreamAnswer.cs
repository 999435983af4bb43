namespace Smtpd.Web.Live;

/// <summary>An answer that goes on until either side ends it, and holds a place in the hub for so long.</summary>
/// <param name="leave">Gives the place back; null when there is none.</param>
internal sealed class EventStreamAnswer(Func<Stream, CancellationToken, Task> write, Action? leave) : Answer(200, "text/event-stream; charset=utf-8", length: null)
{
    public override Task WriteBodyAsync(Stream output, CancellationToken cancellation) => write(output, cancellation);

    public override ValueTask DisposeAsync()
    {
        leave?.Invoke();
        return ValueTask.CompletedTask;
    }
}
