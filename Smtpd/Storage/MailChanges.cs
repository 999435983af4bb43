using Smtpd.Mail;
using Smtpd.Operations;

namespace Smtpd.Storage;

/// <summary>Changes messages at a reader's wish and tells the feed. Ids that the store does not hold are passed over.</summary>
internal sealed class MailChanges(IMailStore store, MailFeed feed)
{
    /// <summary>Changes announced one by one. Beyond so many a listener is better off reading its list again.</summary>
    private const int MostAnnounced = 200;

    public Metrics Metrics { get; init; } = new(TimeProvider.System);

    /// <param name="ids">Null for all messages.</param>
    /// <returns>How many of them are there.</returns>
    /// <exception cref="StoreException">The store could not do it, or not to the end.</exception>
    public async ValueTask<long> MarkAsync(MailScope scope, IReadOnlyList<MessageId>? ids, Marks marks, CancellationToken cancellation)
    {
        try
        {
            return await store.MarkAsync(scope, ids, marks, cancellation).ConfigureAwait(false);
        }
        finally
        {
            // Also after a failure: some slices may be done.
            Announce(ids, id => new MailEvent(MailEventKind.Changed, id) { Marks = marks, Scope = scope }, MailEventKind.Reload, scope);
        }
    }

    /// <param name="ids">Null for all messages that are there now.</param>
    /// <returns>How many of them were there.</returns>
    /// <exception cref="StoreException">The store could not do it, or not to the end.</exception>
    public async ValueTask<long> DeleteAsync(MailScope scope, IReadOnlyList<MessageId>? ids, CancellationToken cancellation)
    {
        MailEventKind all = MailEventKind.Reload;
        try
        {
            long count = await store.DeleteAsync(scope, ids, cancellation).ConfigureAwait(false);
            Metrics.Deleted.Add(count);
            if (ids is null && scope.IsEverything) all = MailEventKind.Truncated;
            return count;
        }
        finally
        {
            Announce(ids, id => new MailEvent(MailEventKind.Deleted, id) { Scope = scope }, all, scope);
        }
    }

    /// <summary>Gives messages exactly these tags.</summary>
    /// <returns>How many of them are there.</returns>
    /// <exception cref="StoreException">The store could not do it, or not to the end.</exception>
    public async ValueTask<long> SetTagsAsync(MailScope scope, IReadOnlyList<MessageId> ids, IReadOnlyList<string> tags, CancellationToken cancellation)
    {
        try
        {
            return await store.SetTagsAsync(scope, ids, tags, cancellation).ConfigureAwait(false);
        }
        finally
        {
            Announce(ids, id => new MailEvent(MailEventKind.Changed, id) { Tags = tags, Scope = scope }, MailEventKind.Reload, scope);
        }
    }

    /// <param name="newName">Null to take the tag off.</param>
    /// <returns>How many entries had it.</returns>
    /// <exception cref="StoreException">The store could not do it, or not to the end.</exception>
    public async ValueTask<long> RenameTagAsync(MailScope scope, string tag, string? newName, CancellationToken cancellation)
    {
        try
        {
            return await store.RenameTagAsync(scope, tag, newName, cancellation).ConfigureAwait(false);
        }
        finally
        {
            if (feed.HasListeners) feed.Publish(new MailEvent(MailEventKind.Reload, default) { Scope = scope });
        }
    }

    private void Announce(IReadOnlyList<MessageId>? ids, Func<MessageId, MailEvent> one, MailEventKind all, MailScope scope)
    {
        if (!feed.HasListeners) return;
        if (ids is null || ids.Count > MostAnnounced) feed.Publish(new MailEvent(all, default) { Scope = scope });
        else foreach (MessageId id in ids) feed.Publish(one(id));
    }
}
