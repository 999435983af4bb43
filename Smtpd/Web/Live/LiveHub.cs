using Smtpd.Mail;
using Smtpd.Operations;
using Smtpd.Storage;

namespace Smtpd.Web.Live;

/// <summary>
/// Tells all live connections what happens to the mail: each event is worded once for all of them. Follows the feed only while
/// somebody listens.
/// </summary>
internal sealed class LiveHub(MailFeed feed, IMailStore store, int mostPeers, Log log) : IAsyncDisposable
{
    /// <summary>Events told one by one in a second. Of a flood only its end is told: a page reads its list again then.</summary>
    private const int MostInSecond = 100;

    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    private readonly Lock _change = new();
    private readonly CancellationTokenSource _stop = new();
    private volatile LivePeer[] _peers = [];
    private MailFeed.Subscription? _subscription;
    private int _places = mostPeers;
    private int _toldInSecond;
    private volatile bool _countsDue;
    private volatile bool _reloadDue;

    /// <summary>Takes a place for a connection that lasts, if one is left.</summary>
    public bool TryEnter()
    {
        if (Interlocked.Decrement(ref _places) >= 0) return true;
        Interlocked.Increment(ref _places);
        return false;
    }

    public void Leave() => Interlocked.Increment(ref _places);

    /// <summary>Tells the peer everything from now on, the counts first, until either side ends it.</summary>
    public async Task TellAsync(LivePeer peer, CancellationToken cancellation)
    {
        using var life = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _stop.Token);
        Add(peer);
        try
        {
            // Whoever reads the list when he sees the counts misses nothing.
            await OfferCountsAsync([peer], life.Token);
            await peer.TalkAsync(life.Token);
        }
        finally
        {
            Remove(peer);
        }
    }

    private void Add(LivePeer peer)
    {
        lock (_change)
        {
            _peers = [.. _peers, peer];
            if (_subscription is not null) return;
            _subscription = feed.Subscribe();
            _ = FollowAsync(_subscription);
            _ = TickAsync(_subscription);
        }
    }

    private void Remove(LivePeer peer)
    {
        lock (_change)
        {
            _peers = [.. _peers.Where(one => one != peer)];
            if (_peers.Length > 0) return;
            _subscription?.Dispose();
            _subscription = null;
        }
    }

    private async Task FollowAsync(MailFeed.Subscription subscription)
    {
        try
        {
            await foreach (MailEvent news in subscription.ReadAllAsync(_stop.Token))
            {
                _countsDue = true;
                if (Interlocked.Increment(ref _toldInSecond) > MostInSecond) _reloadDue = true;
                else Broadcast(dialect => dialect.Render(news), _peers);
            }
        }
        catch (OperationCanceledException)
        {
            // The program stops.
        }
        catch (Exception failure)
        {
            log.Error($"web: live events have stopped: {failure}");
        }
    }

    /// <summary>Once a second: the counts if they may have changed, and the end of a flood.</summary>
    private async Task TickAsync(MailFeed.Subscription subscription)
    {
        using var timer = new PeriodicTimer(s_second);
        try
        {
            while (_subscription == subscription && await timer.WaitForNextTickAsync(_stop.Token))
            {
                Interlocked.Exchange(ref _toldInSecond, 0);
                if (_reloadDue)
                {
                    _reloadDue = false;
                    Broadcast(dialect => dialect.Render(new MailEvent(MailEventKind.Reload, default)), _peers);
                }
                if (!_countsDue) continue;
                _countsDue = false;
                await OfferCountsAsync(_peers, _stop.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The program stops.
        }
        catch (Exception failure)
        {
            log.Error($"web: live counts have stopped: {failure}");
        }
    }

    private async Task OfferCountsAsync(LivePeer[] peers, CancellationToken cancellation)
    {
        try
        {
            MessagePage page = await store.ListAsync(MailScope.Everything, 0, null, 1, cancellation);
            Broadcast(dialect => dialect.RenderCounts(page.Total, page.Unread), peers);
        }
        catch (StoreException failure)
        {
            // The next event tries again.
            log.Warn($"web: the counts cannot be told: {failure.Message}");
        }
    }

    private static void Broadcast(Func<ILiveDialect, byte[]?> render, LivePeer[] peers)
    {
        var rendered = new Dictionary<ILiveDialect, byte[]?>();
        foreach (LivePeer peer in peers)
        {
            if (!rendered.TryGetValue(peer.Dialect, out byte[]? text)) rendered[peer.Dialect] = text = render(peer.Dialect);
            if (text is not null) peer.Offer(text);
        }
    }

    /// <summary>Ends every live connection.</summary>
    public async ValueTask DisposeAsync() => await _stop.CancelAsync();
}
