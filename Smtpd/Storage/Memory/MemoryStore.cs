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
    private readonly SortedList<MessageId, Entry> _messages = [];
    private long _octets;
    private long _unread;

    private sealed record Entry(MessageSummary Summary, PartTree Parts, byte[] Source);

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
                _messages.Add(mail.Id, new Entry(mail.Summarize(), mail.Content.Parts, source));
                _octets += source.Length;
                _unread++;
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
            int end = before is { } id ? CountBefore(id) : _messages.Count;
            var page = new List<MessageSummary>();
            for (long i = end - 1 - start; i >= 0 && page.Count < limit; i--) page.Add(_messages.GetValueAtIndex((int)i).Summary);
            return new ValueTask<MessagePage>(new MessagePage(_messages.Count, _unread, page));
        }
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
        lock (_lock) return new ValueTask<MessageId?>(_messages.Count > 0 ? _messages.GetKeyAtIndex(_messages.Count - 1) : null);
    }

    public ValueTask<MessageSummary?> FindAsync(MailScope scope, MessageId id, CancellationToken cancellation)
    {
        lock (_lock) return new ValueTask<MessageSummary?>(_messages.GetValueOrDefault(id)?.Summary);
    }

    public ValueTask<PartTree?> FindPartsAsync(MessageId id, CancellationToken cancellation)
    {
        lock (_lock) return new ValueTask<PartTree?>(_messages.GetValueOrDefault(id)?.Parts);
    }

    public ValueTask<Stream?> OpenSourceAsync(MessageId id, CancellationToken cancellation)
    {
        lock (_lock) return new ValueTask<Stream?>(_messages.GetValueOrDefault(id) is { } entry ? new MemoryStream(entry.Source, writable: false) : null);
    }

    public ValueTask<long> MarkAsync(MailScope scope, IReadOnlyList<MessageId>? ids, Marks marks, CancellationToken cancellation)
    {
        long found = 0;
        // One at a time: mail that comes in waits for the lock.
        foreach (MessageId id in ids?.Distinct() ?? Ids())
        {
            lock (_lock)
            {
                int index = _messages.IndexOfKey(id);
                if (index < 0) continue;
                found++;
                Entry entry = _messages.GetValueAtIndex(index);
                MessageSummary marked = entry.Summary with { Read = marks.Read ?? entry.Summary.Read, Starred = marks.Starred ?? entry.Summary.Starred };
                if (marked == entry.Summary) continue;
                if (marked.Read != entry.Summary.Read) _unread += marked.Read ? -1 : 1;
                _messages.SetValueAtIndex(index, entry with { Summary = marked });
            }
        }
        return new ValueTask<long>(found);
    }

    public ValueTask<long> DeleteAsync(MailScope scope, IReadOnlyList<MessageId>? ids, CancellationToken cancellation)
    {
        long found = 0;
        if (ids is null)
        {
            lock (_lock)
            {
                found = _messages.Count;
                _messages.Clear();
                (_octets, _unread) = (0, 0);
                Space.Offer(_maxOctets);
            }
            return new ValueTask<long>(found);
        }
        foreach (MessageId id in ids)
        {
            lock (_lock)
            {
                if (!_messages.Remove(id, out Entry? entry)) continue;
                found++;
                _octets -= entry.Source.Length;
                if (!entry.Summary.Read) _unread--;
                Space.Offer(_maxOctets - _octets);
            }
        }
        return new ValueTask<long>(found);
    }

    private MessageId[] Ids()
    {
        lock (_lock) return [.. _messages.Keys];
    }

    public ValueTask<MessagePage> SearchAsync(MailScope scope, SearchQuery query, long start, MessageId? before, int limit, CancellationToken cancellation) =>
        new SearchScan(this).SearchAsync(scope, query, start, before, limit, cancellation);

    public IAsyncEnumerable<IReadOnlyList<MessageId>> MatchAsync(MailScope scope, SearchQuery query, CancellationToken cancellation) =>
        new SearchScan(this).MatchAsync(scope, query, cancellation);

    public ValueTask<IReadOnlyList<MailboxSummary>> ListMailboxesAsync(MailScope scope, bool domains, string filter, string? after, int limit, CancellationToken cancellation) => throw new NotSupportedException();

    public ValueTask<IReadOnlyList<string>> ListTagsAsync(MailScope scope, CancellationToken cancellation) => throw new NotSupportedException();

    public ValueTask<long> SetTagsAsync(MailScope scope, IReadOnlyList<MessageId> ids, IReadOnlyList<string> tags, CancellationToken cancellation) => throw new NotSupportedException();

    public ValueTask<long> RenameTagAsync(MailScope scope, string tag, string? newName, CancellationToken cancellation) => throw new NotSupportedException();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
