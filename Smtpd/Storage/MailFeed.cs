using System.Threading.Channels;
using Smtpd.Mail;

namespace Smtpd.Storage;

/// <summary>
/// What happened: to one message, to all of them (<see cref="Truncated"/>: none is left of those that were there), or so much
/// that a list is better read again.
/// </summary>
internal enum MailEventKind { New, Changed, Deleted, Pruned, Truncated, Reload }

/// <summary>
/// News of the store. <see cref="Message"/> is set for <see cref="MailEventKind.New"/>, <see cref="Marks"/> for
/// <see cref="MailEventKind.Changed"/>.
/// </summary>
internal sealed record MailEvent(MailEventKind Kind, MessageId Id, MessageSummary? Message = null)
{
    public Marks Marks { get; init; }

    /// <summary>The tags that a changed message has now; null when they are what they were.</summary>
    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>The keys of the mailboxes to which a new message went.</summary>
    public IReadOnlyList<string> Mailboxes { get; init; } = [];

    /// <summary>Whose entries were changed or deleted; of a new message nothing.</summary>
    public MailScope Scope { get; init; } = MailScope.Everything;
}

/// <summary>
/// Tells whoever listens what happened to the mail. Publishing never waits: a listener that does not keep up loses events
/// and finds one <see cref="MailEventKind.Reload"/> instead.
/// </summary>
internal sealed class MailFeed
{
    /// <summary>Events that one listener may be behind: about a second of heavy traffic.</summary>
    private const int Backlog = 1024;

    private volatile Subscription[] _subscriptions = [];
    private readonly Lock _change = new();

    /// <summary>True when somebody listens; lets a publisher skip the making of an event.</summary>
    public bool HasListeners => _subscriptions.Length > 0;

    public Subscription Subscribe()
    {
        var subscription = new Subscription(this);
        lock (_change) _subscriptions = [.. _subscriptions, subscription];
        return subscription;
    }

    public void Publish(MailEvent news)
    {
        foreach (Subscription subscription in _subscriptions) subscription.Offer(news);
    }

    private void Remove(Subscription subscription)
    {
        lock (_change) _subscriptions = [.. _subscriptions.Where(one => one != subscription)];
    }

    internal sealed class Subscription(MailFeed feed) : IDisposable
    {
        private readonly Channel<MailEvent> _events = Channel.CreateBounded<MailEvent>(new BoundedChannelOptions(Backlog) { SingleReader = true });
        private volatile bool _lost;

        /// <summary>The next event. Completes when the subscription is disposed.</summary>
        public async IAsyncEnumerable<MailEvent> ReadAllAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
        {
            await foreach (MailEvent news in _events.Reader.ReadAllAsync(cancellation))
            {
                if (_lost)
                {
                    while (_events.Reader.TryRead(out _)) { }
                    _lost = false;
                    yield return new MailEvent(MailEventKind.Reload, default);
                    continue;
                }
                yield return news;
            }
        }

        internal void Offer(MailEvent news)
        {
            if (!_events.Writer.TryWrite(news)) _lost = true;
        }

        public void Dispose()
        {
            feed.Remove(this);
            _events.Writer.TryComplete();
        }
    }
}
