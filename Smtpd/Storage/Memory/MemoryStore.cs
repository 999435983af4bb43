using Smtpd.Mail;
using Smtpd.Mime;
using Smtpd.Storage.Search;

namespace Smtpd.Storage.Memory;

/// <summary>
/// Messages that live as long as the process, for tests and try-outs. Takes so many octets and refuses more; nothing is thrown
/// away to make room.
/// </summary>
internal sealed class MemoryStore : IMailStore
{
    private readonly long _maxOctets;
    private readonly Lock _lock = new();
    private readonly SortedList<MessageId, MemoryMessage> _messages = [];
    private long _octets;
    private long _unread;

    public MemoryStore(long maxOctets)
    {
        _maxOctets = maxOctets;
        Space.Offer(maxOctets);
    }

    public string Description => $"memory, at most {_maxOctets} octets, gone when the program ends";

    public string? Trouble => null;

    public string StagingFolder { get; } = Path.GetTempPath();

    public StoreSpace Space { get; } = new();

    public long SizeInBytes => Interlocked.Read(ref _octets);

    public MessageId NewestId => default;

    public bool WriteAhead(ReceivedMail mail) => true;

    public void Commit(IReadOnlyList<ReceivedMail> batch)
    {
        foreach (ReceivedMail mail in batch)
        {
            byte[] source = new byte[mail.Body.Length];
            mail.Body.Read(0, source);
            lock (_lock)
            {
                // The room was reserved when the message was accepted; from here on it is used.
                var message = new MemoryMessage(mail, source);
                _messages.Add(mail.Id, message);
                _octets += source.Length;
                Recount(wasUnread: false, message.IsUnread);
                Space.Offer(_maxOctets - _octets);
            }
        }
    }

    public void Tend(bool idle)
    {
        // Nothing gathers here that would have to be put away.
    }

    public ValueTask<MessagePage> ListAsync(MailScope scope, long start, MessageId? before, int limit, CancellationToken cancellation)
    {
        lock (_lock)
        {
            IEnumerable<MemoryMessage> older = NewestFirst(before);
            if (scope.IsEverything) return new ValueTask<MessagePage>(new MessagePage(_messages.Count, _unread, Page(older)));
            List<MemoryMessage> all = [.. _messages.Values.Where(message => message.IsIn(scope))];
            long unread = all.Count(message => message.EntriesIn(scope).Any(entry => !entry.Read));
            return new ValueTask<MessagePage>(new MessagePage(all.Count, unread, Page(older.Where(message => message.IsIn(scope)))));
        }

        IReadOnlyList<MessageSummary> Page(IEnumerable<MemoryMessage> messages) =>
            [.. messages.Skip((int)Math.Min(start, int.MaxValue)).Take(limit).Select(message => message.SummaryIn(scope)!)];
    }

    private IEnumerable<MemoryMessage> NewestFirst(MessageId? before)
    {
        for (int i = (before is { } id ? CountBefore(id) : _messages.Count) - 1; i >= 0; i--) yield return _messages.GetValueAtIndex(i);
    }

    /// <summary>How many messages are older than the id.</summary>
    private int CountBefore(MessageId id)
    {
        (int low, int high) = (0, _messages.Count);
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_messages.GetKeyAtIndex(middle) < id) low = middle + 1;
            else high = middle;
        }
        return low;
    }

    public ValueTask<MessageId?> LatestAsync(MailScope scope, CancellationToken cancellation)
    {
        lock (_lock) return new ValueTask<MessageId?>(NewestFirst(null).FirstOrDefault(message => message.IsIn(scope))?.Id);
    }

    public ValueTask<MessageSummary?> FindAsync(MailScope scope, MessageId id, CancellationToken cancellation)
    {
        lock (_lock) return new ValueTask<MessageSummary?>(_messages.GetValueOrDefault(id)?.SummaryIn(scope));
    }

    public ValueTask<PartTree?> FindPartsAsync(MessageId id, CancellationToken cancellation)
    {
        lock (_lock) return new ValueTask<PartTree?>(_messages.GetValueOrDefault(id)?.Parts);
    }

    public ValueTask<Stream?> OpenSourceAsync(MessageId id, CancellationToken cancellation)
    {
        lock (_lock) return new ValueTask<Stream?>(_messages.GetValueOrDefault(id) is { } message ? new MemoryStream(message.Source, writable: false) : null);
    }

    public ValueTask<long> MarkAsync(MailScope scope, IReadOnlyList<MessageId>? ids, Marks marks, CancellationToken cancellation) => new(Change(scope, ids, message =>
    {
        bool wasUnread = message.IsUnread;
        foreach (MemoryEntry entry in message.EntriesIn(scope))
        {
            entry.Read = marks.Read ?? entry.Read;
            entry.Starred = marks.Starred ?? entry.Starred;
        }
        Recount(wasUnread, message.IsUnread);
    }));

    public ValueTask<long> DeleteAsync(MailScope scope, IReadOnlyList<MessageId>? ids, CancellationToken cancellation) => new(Change(scope, ids, message =>
    {
        bool wasUnread = message.IsUnread;
        message.Entries.RemoveAll(entry => scope.Contains(entry.Mailbox));
        Recount(wasUnread, message.IsUnread);
        if (message.Entries.Count > 0) return;
        _messages.Remove(message.Id);
        _octets -= message.Source.Length;
        Space.Offer(_maxOctets - _octets);
    }));

    public ValueTask<long> SetTagsAsync(MailScope scope, IReadOnlyList<MessageId> ids, IReadOnlyList<string> tags, CancellationToken cancellation) => new(Change(scope, ids, message =>
    {
        foreach (MemoryEntry entry in message.EntriesIn(scope)) entry.Tags = [.. tags];
    }));

    public ValueTask<long> RenameTagAsync(MailScope scope, string tag, string? newName, CancellationToken cancellation)
    {
        long entries = 0;
        Change(scope, null, message =>
        {
            foreach (MemoryEntry entry in message.EntriesIn(scope))
            {
                if (!entry.Tags.Remove(tag)) continue;
                entries++;
                if (newName is not null) entry.Tags.Add(newName);
            }
        });
        return new ValueTask<long>(entries);
    }

    /// <summary>Changes the messages that have an entry in the scope, one at a time: mail that comes in waits for the lock.</summary>
    /// <returns>How many there were.</returns>
    private long Change(MailScope scope, IReadOnlyList<MessageId>? ids, Action<MemoryMessage> change)
    {
        long found = 0;
        foreach (MessageId id in ids?.Distinct() ?? Ids())
        {
            lock (_lock)
            {
                if (!_messages.TryGetValue(id, out MemoryMessage? message) || !message.IsIn(scope)) continue;
                found++;
                change(message);
            }
        }
        return found;
    }

    /// <summary>Newest first, because the last of the list is taken out without moving the others.</summary>
    private MessageId[] Ids()
    {
        lock (_lock) return [.. _messages.Keys.Reverse()];
    }

    private void Recount(bool wasUnread, bool isUnread) => _unread += (isUnread ? 1 : 0) - (wasUnread ? 1 : 0);

    public ValueTask<IReadOnlyList<MailboxSummary>> ListMailboxesAsync(MailScope scope, bool domains, string filter, string? after, int limit, CancellationToken cancellation)
    {
        var found = new SortedDictionary<string, MailboxSummary>(StringComparer.Ordinal);
        lock (_lock)
        {
            foreach (MemoryMessage message in NewestFirst(null))
            {
                foreach (IGrouping<string, MemoryEntry> part in message.EntriesIn(scope).GroupBy(entry => domains ? MailScope.DomainOf(entry.Mailbox) : entry.Mailbox))
                {
                    if (domains && !scope.IsEverything && !scope.Domains.Contains(part.Key)) continue;
                    if (!part.Key.Contains(filter, StringComparison.Ordinal) || string.CompareOrdinal(part.Key, after) <= 0) continue;
                    MailboxSummary sum = found.GetValueOrDefault(part.Key) ?? new MailboxSummary(part.Key, 0, 0, message.Id);
                    found[part.Key] = sum with { Total = sum.Total + 1, Unread = sum.Unread + (part.Any(entry => !entry.Read) ? 1 : 0) };
                }
            }
        }
        return new ValueTask<IReadOnlyList<MailboxSummary>>([.. found.Values.Take(limit)]);
    }

    public ValueTask<IReadOnlyDictionary<string, long>> CountTagsAsync(MailScope scope, CancellationToken cancellation)
    {
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        lock (_lock)
        {
            foreach (MemoryMessage message in _messages.Values)
                foreach (string tag in message.EntriesIn(scope).SelectMany(entry => entry.Tags).Distinct(StringComparer.Ordinal))
                    counts[tag] = counts.GetValueOrDefault(tag) + 1;
        }
        return new ValueTask<IReadOnlyDictionary<string, long>>(counts);
    }

    public ValueTask<IReadOnlyList<string>> ListTagsAsync(MailScope scope, CancellationToken cancellation)
    {
        lock (_lock) return new ValueTask<IReadOnlyList<string>>(TagNames.InOrder(_messages.Values.SelectMany(message => message.EntriesIn(scope)).SelectMany(entry => entry.Tags)));
    }

    public ValueTask<MessagePage> SearchAsync(MailScope scope, SearchQuery query, long start, MessageId? before, int limit, CancellationToken cancellation) =>
        new SearchScan(this).SearchAsync(scope, query, start, before, limit, cancellation);

    public IAsyncEnumerable<IReadOnlyList<MessageId>> MatchAsync(MailScope scope, SearchQuery query, CancellationToken cancellation) =>
        new SearchScan(this).MatchAsync(scope, query, cancellation);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
