using System.Globalization;
using System.Security.Cryptography;
using Smtpd.Mail;
using Smtpd.Operations;
using Smtpd.Storage;

namespace Smtpd.Web.Live;

/// <summary>
/// Tells all live connections what happens to the mail that they may know of. Follows the feed only while somebody listens.
/// </summary>
internal sealed class LiveHub(MailFeed feed, IMailStore store, EnvelopeView view, int mostPeers, Metrics metrics, Log log) : IAsyncDisposable
{
    /// <summary>Scopes whose counts are read in one second; the others' turn comes in the next.</summary>
    private const int MostCounted = 100;

    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    private readonly Lock _change = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Dictionary<(ILiveDialect, string), LiveGroup> _byKey = [];
    private volatile LiveGroup[] _groups = [];
    private MailFeed.Subscription? _subscription;
    private int _places = mostPeers;
    private string _epoch = "";
    private long _told;
    private int _nextCounted;

    /// <summary>
    /// Where in the row of events the last one stands. Who comes back with the same has missed nothing; the row begins anew whenever
    /// nobody listened.
    /// </summary>
    public string Place => string.Create(CultureInfo.InvariantCulture, $"{Volatile.Read(ref _epoch)}-{Interlocked.Read(ref _told)}");

    /// <summary>Takes a place for a connection that lasts, if one is left.</summary>
    public bool TryEnter()
    {
        if (Interlocked.Decrement(ref _places) < 0)
        {
            Interlocked.Increment(ref _places);
            return false;
        }
        metrics.LivePeers.Increment();
        return true;
    }

    public void Leave()
    {
        metrics.LivePeers.Decrement();
        Interlocked.Increment(ref _places);
    }

    /// <summary>Tells the peer everything from now on, the counts first, until either side ends it.</summary>
    /// <param name="talk">Sends what the peer is offered.</param>
    /// <param name="lastPlace">The <see cref="Place"/> up to which it has heard everything; null when it comes for the first time.</param>
    public async Task TellAsync(LivePeer peer, Func<CancellationToken, Task> talk, string? lastPlace, CancellationToken cancellation)
    {
        using var life = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _stop.Token);
        LiveGroup group = Add(peer, lastPlace);
        try
        {
            // Whoever reads the list when he sees the counts misses nothing.
            if (await CountAsync(group.Scope, life.Token) is { } page) group.TellCounts(page, Place, only: peer);
            await talk(life.Token);
        }
        finally
        {
            Remove(peer, group);
            if (peer.IsBehind) metrics.DroppedLivePeers.Increment();
        }
    }

    private LiveGroup Add(LivePeer peer, string? lastPlace)
    {
        lock (_change)
        {
            (ILiveDialect, string) key = (peer.Dialect, LiveGroup.KeyOf(peer.Scope));
            if (!_byKey.TryGetValue(key, out LiveGroup? group))
            {
                _byKey[key] = group = new LiveGroup(peer.Dialect, peer.Scope);
                _groups = [.. _byKey.Values];
            }
            if (_subscription is null)
            {
                Volatile.Write(ref _epoch, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6)));
                _subscription = feed.Subscribe();
                _ = FollowAsync(_subscription);
                _ = TickAsync(_subscription);
            }
            if (lastPlace is not null && lastPlace != Place && peer.Dialect.Render(new MailEvent(MailEventKind.Reload, default), Place) is { } missed) peer.Offer(missed);
            group.Add(peer);
            return group;
        }
    }

    private void Remove(LivePeer peer, LiveGroup group)
    {
        lock (_change)
        {
            group.Remove(peer);
            if (!group.IsEmpty) return;
            _byKey.Remove((peer.Dialect, LiveGroup.KeyOf(peer.Scope)));
            _groups = [.. _byKey.Values];
            if (_groups.Length > 0) return;
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
                Interlocked.Increment(ref _told);
                foreach (LiveGroup group in _groups) await TellAsync(group, news);
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

    private async ValueTask TellAsync(LiveGroup group, MailEvent news)
    {
        MailScope scope = group.Scope;
        if (!LiveNews.Concerns(news, scope)) return;
        if (!group.MayTell()) return;
        MailEvent? told = news;
        try
        {
            if (LiveNews.NeedsLook(news, scope))
            {
                MessageSummary? found = await store.FindAsync(scope, news.Id, _stop.Token);
                // Not theirs, so not even its id.
                if (found is null && news.Kind == MailEventKind.Changed) return;
                told = LiveNews.AsSeen(news, scope, found);
            }
        }
        catch (StoreException failure)
        {
            log.Warn($"web: an event cannot be told: {failure.Message}");
            told = null;
        }
        if (told is null) group.MakeReloadDue();
        else group.Tell(told.Message is null ? told : told with { Message = view.Of(told.Message, scope) }, Place);
    }

    /// <summary>Once a second: the counts if they may have changed, and the end of a flood.</summary>
    private async Task TickAsync(MailFeed.Subscription subscription)
    {
        using var timer = new PeriodicTimer(s_second);
        try
        {
            while (_subscription == subscription && await timer.WaitForNextTickAsync(_stop.Token)) await TickAsync();
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

    private async Task TickAsync()
    {
        LiveGroup[] groups = _groups;
        var counted = new Dictionary<string, MessagePage?>(StringComparer.Ordinal);
        // Each time from where the last one ended, so that nobody is left out for good.
        int first = groups.Length == 0 ? 0 : _nextCounted % groups.Length;
        for (int i = 0; i < groups.Length; i++)
        {
            LiveGroup group = groups[(first + i) % groups.Length];
            if (!group.Tick(Place)) continue;
            string key = LiveGroup.KeyOf(group.Scope);
            bool isKnown = counted.TryGetValue(key, out MessagePage? page);
            if (!isKnown && counted.Count >= MostCounted) continue;
            group.CountsAreRead();
            if (!isKnown)
            {
                counted[key] = page = await CountAsync(group.Scope, _stop.Token);
                _nextCounted = (first + i + 1) % groups.Length;
            }
            if (page is not null) group.TellCounts(page, Place);
        }
    }

    private async ValueTask<MessagePage?> CountAsync(MailScope scope, CancellationToken cancellation)
    {
        try
        {
            return await store.ListAsync(scope, 0, null, 1, cancellation);
        }
        catch (StoreException failure)
        {
            // The next event tries again.
            log.Warn($"web: the counts cannot be told: {failure.Message}");
            return null;
        }
    }

    /// <summary>Ends every live connection.</summary>
    public async ValueTask DisposeAsync() => await _stop.CancelAsync();
}
