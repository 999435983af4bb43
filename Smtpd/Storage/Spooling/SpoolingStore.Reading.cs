using System.Runtime.CompilerServices;
using Smtpd.Mail;
using Smtpd.Mime;
using Smtpd.Storage.Search;

namespace Smtpd.Storage.Spooling;

/// <summary>
/// Reading and changing. One message is found wherever it is. Lists and counts are those of the store behind; while that cannot be asked they
/// are those of the spool, and <see cref="SpoolStatus.ListsMayBeIncomplete"/> says so.
/// </summary>
internal sealed partial class SpoolingStore
{
    /// <summary>A list may take so long while all is well: less than the web front waits. While mail goes to the spool it has the time of a write.</summary>
    private static readonly TimeSpan _readTime = TimeSpan.FromSeconds(20);

    /// <summary>And one message while the store behind is in trouble: some read from members that take no mail.</summary>
    private static readonly TimeSpan _glance = TimeSpan.FromSeconds(1);

    private bool HasSpooled
    {
        get { lock (_gate) return _messages > 0; }
    }

    public ValueTask<MessagePage> ListAsync(MailScope scope, long start, MessageId? before, int limit, CancellationToken cancellation) =>
        ListFromAsync(store => store.ListAsync(scope, start, before, limit, cancellation), cancellation);

    public ValueTask<MessageId?> LatestAsync(MailScope scope, CancellationToken cancellation) => LatestOfBothAsync(scope, cancellation);

    private async ValueTask<MessageId?> LatestOfBothAsync(MailScope scope, CancellationToken cancellation)
    {
        // What waits is newer than all that went before it, but for what other processes write meanwhile.
        if (HasSpooled && await _spool.LatestAsync(scope, cancellation).ConfigureAwait(false) is { } waiting) return waiting;
        return await ListFromAsync(store => store.LatestAsync(scope, cancellation), cancellation).ConfigureAwait(false);
    }

    public ValueTask<MessageSummary?> FindAsync(MailScope scope, MessageId id, CancellationToken cancellation) =>
        FromEitherAsync(store => store.FindAsync(scope, id, cancellation));

    public ValueTask<PartTree?> FindPartsAsync(MessageId id, CancellationToken cancellation) => FromEitherAsync(store => store.FindPartsAsync(id, cancellation));

    public ValueTask<Stream?> OpenSourceAsync(MessageId id, CancellationToken cancellation) => FromEitherAsync(store => store.OpenSourceAsync(id, cancellation));

    public ValueTask<MessagePage> SearchAsync(MailScope scope, SearchQuery query, long start, MessageId? before, int limit, CancellationToken cancellation) =>
        ListFromAsync(store => store.SearchAsync(scope, query, start, before, limit, cancellation), cancellation);

    public async IAsyncEnumerable<IReadOnlyList<MessageId>> MatchAsync(MailScope scope, SearchQuery query, [EnumeratorCancellation] CancellationToken cancellation)
    {
        // Of a store that cannot be asked nobody knows what would match; that must be told to whoever is about to change it.
        await foreach (IReadOnlyList<MessageId> slice in _behind.MatchAsync(scope, query, cancellation).ConfigureAwait(false)) yield return slice;
    }

    public ValueTask<IReadOnlyList<MailboxSummary>> ListMailboxesAsync(MailScope scope, bool domains, string filter, string? after, int limit, CancellationToken cancellation) =>
        ListFromAsync(store => store.ListMailboxesAsync(scope, domains, filter, after, limit, cancellation), cancellation);

    public ValueTask<IReadOnlyList<string>> ListTagsAsync(MailScope scope, CancellationToken cancellation) =>
        ListFromAsync(store => store.ListTagsAsync(scope, cancellation), cancellation);

    public ValueTask<IReadOnlyDictionary<string, long>> CountTagsAsync(MailScope scope, CancellationToken cancellation) =>
        ListFromAsync(store => store.CountTagsAsync(scope, cancellation), cancellation);

    public ValueTask<long> MarkAsync(MailScope scope, IReadOnlyList<MessageId>? ids, Marks marks, CancellationToken cancellation) =>
        ChangeBothAsync(ids, (store, some) => store.MarkAsync(scope, some, marks, cancellation), cancellation);

    public ValueTask<long> DeleteAsync(MailScope scope, IReadOnlyList<MessageId>? ids, CancellationToken cancellation) =>
        ChangeBothAsync(ids, (store, some) => store.DeleteAsync(scope, some, cancellation), cancellation, goes: true);

    public ValueTask<long> SetTagsAsync(MailScope scope, IReadOnlyList<MessageId> ids, IReadOnlyList<string> tags, CancellationToken cancellation) =>
        ChangeBothAsync(ids, (store, some) => store.SetTagsAsync(scope, some!, tags, cancellation), cancellation);

    public ValueTask<long> RenameTagAsync(MailScope scope, string tag, string? newName, CancellationToken cancellation) =>
        ChangeBothAsync(null, (store, _) => store.RenameTagAsync(scope, tag, newName, cancellation), cancellation);

    /// <summary>Asks the store behind, and the spool where that cannot be asked.</summary>
    private async ValueTask<T> ListFromAsync<T>(Func<IMailStore, ValueTask<T>> list, CancellationToken cancellation)
    {
        if (_behind.Trouble is null)
        {
            try
            {
                T answer = await InTimeAsync(list(_behind).AsTask(), _settings.CommitTime, cancellation).ConfigureAwait(false);
                lock (_gate) _readTrouble = null;
                return answer;
            }
            catch (Exception failure) when (failure is StoreException or TimeoutException)
            {
                lock (_gate) _readTrouble = failure.Message;
            }
        }
        return await list(_spool).ConfigureAwait(false);
    }

    /// <param name="first">It may take so long while the store behind is known to be in trouble, or mail goes to the spool.</param>
    /// <exception cref="TimeoutException">It took too long; also when that was found out by others while it was waited for.</exception>
    private async Task<T> InTimeAsync<T>(Task<T> answer, TimeSpan first, CancellationToken cancellation)
    {
        for (TimeSpan waited = first; ; waited += first)
        {
            try
            {
                return await answer.WaitAsync(first, _clock, cancellation).ConfigureAwait(false);
            }
            catch (TimeoutException) when (!answer.IsCompleted && !IsSpooling && _behind.Trouble is null && waited < _readTime)
            {
                // It may be a long list.
            }
        }
    }

    /// <summary>The spool is asked first: that is quick, and a message is there for a short time only.</summary>
    /// <exception cref="StoreException">It may be in the store behind, and that does not answer.</exception>
    private async ValueTask<T?> FromEitherAsync<T>(Func<IMailStore, ValueTask<T?>> find) where T : class
    {
        if (HasSpooled && await find(_spool).ConfigureAwait(false) is { } waiting) return waiting;
        try
        {
            return await InTimeAsync(find(_behind).AsTask(), _behind.Trouble is null ? _settings.CommitTime : _glance, CancellationToken.None).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new StoreException($"{_behind.Description}: {_behind.Trouble ?? "no answer in time"}");
        }
    }

    /// <summary>
    /// A change goes to both, between two batches of the forwarder: what waits takes it along. A message whose write ended in doubt may be
    /// in both, so that no more are counted than were named.
    /// </summary>
    private async ValueTask<long> ChangeBothAsync(IReadOnlyList<MessageId>? ids, Func<IMailStore, IReadOnlyList<MessageId>?, ValueTask<long>> change, CancellationToken cancellation, bool goes = false)
    {
        long waiting = 0;
        await _turn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (HasSpooled) waiting = await change(_spool, ids).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
        if (waiting > 0 && goes) await RecountAsync(cancellation).ConfigureAwait(false);
        long named = ids is null ? long.MaxValue : ids.Distinct().LongCount();
        if (waiting >= named && _behind.Trouble is not null) return waiting;
        return Math.Min(named, waiting + await change(_behind, ids).ConfigureAwait(false));
    }

    private async ValueTask RecountAsync(CancellationToken cancellation)
    {
        // Between two batches, which count what they add.
        await _way.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            await _turn.WaitAsync(cancellation).ConfigureAwait(false);
            try
            {
                (long messages, long octets) = _queue.Measure();
                lock (_gate) (_messages, _octets) = (messages, octets);
            }
            finally
            {
                _turn.Release();
            }
        }
        finally
        {
            _way.Release();
        }
    }
}
