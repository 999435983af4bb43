using System.Buffers.Binary;
using System.Security.Cryptography;
using Smtpd.Accounts;
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

    /// <summary>Octets of a place, and of the key by which it is made.</summary>
    private const int PlaceOctets = 16;

    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    private readonly Lock _change = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Dictionary<(ILiveDialect, string), LiveGroup> _byKey = [];
    private volatile LiveGroup[] _groups = [];
    private MailFeed.Subscription? _subscription;
    private readonly LivePlaces _places = new(mostPeers);
    private byte[] _key = [];
    private long _told;
    private int _nextCounted;

    /// <summary>Knows sessions and tokens; null where nobody can sign in.</summary>
    public Tickets? Tickets { get; init; }

    /// <summary>How often it is asked whether a session or token still holds: another process, or a newer session, may have ended it.</summary>
    public TimeSpan TicketInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Where in the row of events the last one stands. Who comes back with the same has missed nothing; the row begins anew whenever
    /// nobody listened. It is no number: how much happens to the mail of others is nobody's business.
    /// </summary>
    public string Place
    {
        get
        {
            Span<byte> told = stackalloc byte[sizeof(long)], digest = stackalloc byte[HMACSHA256.HashSizeInBytes];
            BinaryPrimitives.WriteInt64LittleEndian(told, Interlocked.Read(ref _told));
            HMACSHA256.HashData(Volatile.Read(ref _key), told, digest);
            return Convert.ToHexStringLower(digest[..PlaceOctets]);
        }
    }

    /// <summary>Takes a place for a connection that lasts, if one is left for its user.</summary>
    public bool TryEnter(Visitor visitor)
    {
        if (!_places.TryTake(visitor.Name)) return false;
        metrics.LivePeers.Increment();
        return true;
    }

    public void Leave(Visitor visitor)
    {
        metrics.LivePeers.Decrement();
        _places.GiveBack(visitor.Name);
    }

    /// <summary>Tells the peer everything from now on, the counts first, until either side ends it.</summary>
    /// <param name="talk">Sends what the peer is offered.</param>
    /// <param name="lastPlace">The <see cref="Place"/> up to which it has heard everything; null when it comes for the first time.</param>
    /// <param name="ticket">The session or token by which the peer came, and without which it goes.</param>
    public async Task TellAsync(LivePeer peer, Func<CancellationToken, Task> talk, string? lastPlace, Ticket? ticket, CancellationToken cancellation)
    {
        using var life = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _stop.Token);
        Task watch = ticket is null ? Task.CompletedTask : WatchAsync(ticket, life);
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
            await life.CancelAsync();
            await watch;
        }
    }

    /// <summary>Ends what lasts when its session or token has.</summary>
    private async Task WatchAsync(Ticket ticket, CancellationTokenSource life)
    {
        using var timer = new PeriodicTimer(TicketInterval);
        try
        {
            while (await timer.WaitForNextTickAsync(life.Token))
                if (!await HoldsAsync(ticket, life.Token)) await life.CancelAsync();
        }
        catch (OperationCanceledException)
        {
            // It is over.
        }
    }

    private async ValueTask<bool> HoldsAsync(Ticket ticket, CancellationToken cancellation)
    {
        try
        {
            return Tickets is null || await Tickets.HoldsAsync(ticket, cancellation);
        }
        catch (StoreException failure)
        {
            // Whoever was let in stays while nobody can say otherwise; the next round asks again.
            log.Warn($"web: sessions of live connections cannot be looked at: {failure.Message}");
            return true;
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
                Volatile.Write(ref _key, RandomNumberGenerator.GetBytes(PlaceOctets));
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
