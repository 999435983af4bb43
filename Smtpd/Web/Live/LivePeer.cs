using System.Threading.Channels;
using Smtpd.Mail;

namespace Smtpd.Web.Live;

/// <summary>One live connection. Telling it never waits: a peer that does not read is dropped.</summary>
internal abstract class LivePeer(ILiveDialect dialect, MailScope scope)
{
    /// <summary>Events that a peer may be behind, some seconds of heavy traffic.</summary>
    private const int Backlog = 512;

    /// <summary>A peer that takes no event for so long does not read.</summary>
    protected static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Channel<byte[]> _events = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(Backlog) { SingleReader = true });
    private volatile bool _isBehind;

    public ILiveDialect Dialect => dialect;

    /// <summary>Whose entries it may know of.</summary>
    public MailScope Scope => scope;

    /// <summary>True when it was, or is to be, dropped because it does not read.</summary>
    public bool IsBehind => _isBehind;

    public void Offer(byte[] text)
    {
        if (!_events.Writer.TryWrite(text)) _isBehind = true;
    }

    /// <summary>How long the connection may be silent; infinite where something else keeps it alive.</summary>
    protected virtual TimeSpan Silence => Timeout.InfiniteTimeSpan;

    /// <summary>Says that nothing happens.</summary>
    protected virtual ValueTask SendHeartbeatAsync(CancellationToken cancellation) => ValueTask.CompletedTask;

    /// <summary>Sends one text.</summary>
    /// <exception cref="OperationCanceledException">The peer did not take it in time; the connection is to end.</exception>
    protected abstract ValueTask SendAsync(byte[] text, CancellationToken cancellation);

    /// <summary>Sends what is offered until either side ends it.</summary>
    /// <exception cref="OperationCanceledException">The peer does not read, or was told to stop.</exception>
    protected async Task SendAllAsync(CancellationToken stop)
    {
        while (true)
        {
            if (!await IsOfferedAsync(stop))
            {
                await SendInTimeAsync(SendHeartbeatAsync, stop);
                continue;
            }
            while (_events.Reader.TryRead(out byte[]? text))
            {
                if (_isBehind) return;
                await SendInTimeAsync(patience => SendAsync(text, patience), stop);
            }
        }
    }

    private async ValueTask<bool> IsOfferedAsync(CancellationToken stop)
    {
        using var quiet = CancellationTokenSource.CreateLinkedTokenSource(stop);
        quiet.CancelAfter(Silence);
        try
        {
            return await _events.Reader.WaitToReadAsync(quiet.Token);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return false;
        }
    }

    private async ValueTask SendInTimeAsync(Func<CancellationToken, ValueTask> send, CancellationToken stop)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(Patience);
        try
        {
            await send(patience.Token);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            _isBehind = true;
            throw;
        }
    }
}
