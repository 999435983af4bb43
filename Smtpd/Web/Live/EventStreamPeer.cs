using Smtpd.Mail;

namespace Smtpd.Web.Live;

/// <summary>A live connection over an event stream (HTML §9.2).</summary>
/// <param name="output">The body of the answer; each write is on its way at once.</param>
internal sealed class EventStreamPeer(Stream output, ILiveDialect dialect, MailScope scope, TimeSpan silence) : LivePeer(dialect, scope)
{
    /// <summary>Keeps proxies on the way from ending a quiet stream, and the front too; shows that a peer is gone.</summary>
    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    private static readonly byte[] s_comment = [.. ":\n\n"u8];

    protected override TimeSpan Silence => silence;

    protected override ValueTask SendHeartbeatAsync(CancellationToken cancellation) => SendAsync(s_comment, cancellation);

    /// <summary>
    /// HttpListener's streams do not look at the token once a write has begun, so it is left behind: the connection ends now, and
    /// the write with it.
    /// </summary>
    protected override async ValueTask SendAsync(byte[] text, CancellationToken cancellation)
    {
        Task writing = output.WriteAsync(text, cancellation).AsTask();
        try
        {
            await writing.WaitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            _ = writing.ContinueWith(static abandoned => _ = abandoned.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            throw;
        }
    }

    /// <summary>Sends what is offered until either side ends it.</summary>
    /// <exception cref="OperationCanceledException">The peer does not read, left, or the program stops.</exception>
    public Task TalkAsync(CancellationToken stop) => SendAllAsync(stop);

    /// <summary>Sends a line before everything else.</summary>
    public ValueTask GreetAsync(byte[] text, CancellationToken cancellation) => SendAsync(text, cancellation);
}
