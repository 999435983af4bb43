using Smtpd.Mail;
using Smtpd.Mime;

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

    public ValueTask<MessagePage> ListAsync(long start, MessageId? before, int limit, CancellationToken cancellation)
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

    public ValueTask<MessageId?> LatestAsync(CancellationToken cancellation)
    {
        lock (_lock) return new ValueTask<MessageId?>(_messages.Count > 0 ? _messages.GetKeyAtIndex(_messages.Count - 1) : null);
    }

    public ValueTask<MessageSummary?> FindAsync(MessageId id, CancellationToken cancellation)
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

    public ValueTask<bool> MarkReadAsync(MessageId id, bool read, CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (!_messages.TryGetValue(id, out Entry? entry)) return new ValueTask<bool>(false);
            if (entry.Summary.Read != read)
            {
                _messages[id] = entry with { Summary = entry.Summary with { Read = read } };
                _unread += read ? -1 : 1;
            }
            return new ValueTask<bool>(true);
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
