using Smtpd.Mail;
using Smtpd.Storage;

namespace Smtpd.Web.Live;

/// <summary>Live connections that hear the same in the same words: each event is worded once for all of them.</summary>
/// <param name="scope">Whose entries they may know of.</param>
internal sealed class LiveGroup(ILiveDialect dialect, MailScope scope)
{
    /// <summary>Events told one by one in a second. Of a flood only its end is told: a page reads its list again then.</summary>
    private const int MostInSecond = 100;

    private volatile LivePeer[] _peers = [];
    private int _toldInSecond;
    private volatile bool _countsDue;
    private volatile bool _reloadDue;

    public MailScope Scope => scope;

    public bool IsEmpty => _peers.Length == 0;

    /// <summary>What two scopes that are the same have in common.</summary>
    public static string KeyOf(MailScope scope) =>
        scope.IsEverything ? "*" : string.Join('\n', scope.Mailboxes.Order(StringComparer.Ordinal).Concat(scope.Domains.Order(StringComparer.Ordinal).Select(one => "@" + one)));

    /// <summary>Callers see to it that one does so at a time.</summary>
    public void Add(LivePeer peer) => _peers = [.. _peers, peer];

    public void Remove(LivePeer peer) => _peers = [.. _peers.Where(one => one != peer)];

    /// <summary>True while an event is still told by itself; otherwise its place is taken by a call to read the list again.</summary>
    public bool MayTell()
    {
        _countsDue = true;
        if (Interlocked.Increment(ref _toldInSecond) <= MostInSecond) return true;
        _reloadDue = true;
        return false;
    }

    /// <summary>Has the list read again at the next tick.</summary>
    public void MakeReloadDue() => _countsDue = _reloadDue = true;

    public void Tell(MailEvent news, string place) => Offer(dialect.Render(news, place), _peers);

    public void TellCounts(MessagePage page, string place, LivePeer? only = null) => Offer(dialect.RenderCounts(page.Total, page.Unread, place), only is null ? _peers : [only]);

    /// <summary>The end of a second.</summary>
    /// <returns>True when the counts are to be told.</returns>
    public bool Tick(string place)
    {
        Interlocked.Exchange(ref _toldInSecond, 0);
        if (_reloadDue)
        {
            _reloadDue = false;
            Tell(new MailEvent(MailEventKind.Reload, default), place);
        }
        return _countsDue;
    }

    /// <summary>The counts are about to be read: what happens from now on makes them due again.</summary>
    public void CountsAreRead() => _countsDue = false;

    private static void Offer(byte[]? text, LivePeer[] peers)
    {
        if (text is null) return;
        foreach (LivePeer peer in peers) peer.Offer(text);
    }
}
