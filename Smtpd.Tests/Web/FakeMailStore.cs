using Smtpd.Mail;
using Smtpd.Mime;
using Smtpd.Storage.Search;
using Smtpd.Storage;

namespace Smtpd.Tests.Web;

/// <summary>Messages in a list, newest first, and switches for everything that can go wrong.</summary>
internal sealed class FakeMailStore : IMailStore
{
    public List<(MessageSummary Summary, byte[] Source)> Messages { get; } = [];
    public List<(IReadOnlyList<MessageId>? Ids, Marks Marks)> Marked { get; } = [];
    public Exception? ReadFailure { get; set; }
    public Exception? MarkFailure { get; set; }
    public Func<CancellationToken, Task>? BeforeFind { get; set; }
    public Func<byte[], Stream>? OpenStream { get; set; }

    /// <summary>The parts of every message, where its source is not what was added.</summary>
    public PartTree? Parts { get; set; }

    public int Lists;

    /// <summary>Whose entries were asked for last.</summary>
    public MailScope? LastScope { get; private set; }

    public string Description => "fake";
    public string? Trouble { get; set; }
    public string StagingFolder => Path.GetTempPath();

    public StoreSpace Space { get; } = new();

    public long SizeInBytes => 0;
    public MessageId NewestId => default;
    public MessageSummary Add(byte[] source, HeaderSummary? header = null, StoredEnvelope? envelope = null, bool read = false)
    {
        var id = new MessageId(1_790_000_000, 0xA1B2C3D4E5, (uint)Messages.Count + 1);
        var created = new DateTimeOffset(2026, 9, 21, 14, 13, 20, 250, TimeSpan.Zero).AddSeconds(Messages.Count);
        var summary = new MessageSummary(id, created, source.Length, read, false, header ?? HeaderSummary.Empty, envelope ?? new StoredEnvelope("a@example.org", ["b@example.org"], "client", "192.0.2.1"));
        Messages.Insert(0, (summary, source));
        return summary;
    }

    public bool WriteAhead(ReceivedMail mail) => throw new NotSupportedException();
    public void Commit(IReadOnlyList<ReceivedMail> batch) => throw new NotSupportedException();
    public void Tend(bool idle) => throw new NotSupportedException();

    public ValueTask<MessagePage> ListAsync(MailScope scope, long start, MessageId? before, int limit, CancellationToken cancellation)
    {
        Interlocked.Increment(ref Lists);
        LastScope = scope;
        if (ReadFailure is not null) throw ReadFailure;
        IEnumerable<MessageSummary> rows = Messages.Select(one => one.Summary);
        if (before is { } oldest) rows = rows.Where(one => one.Id < oldest);
        return new(new MessagePage(Messages.Count, Messages.Count(one => !one.Summary.Read), [.. rows.Skip((int)Math.Min(start, int.MaxValue)).Take(limit)]));
    }

    public ValueTask<MessageId?> LatestAsync(MailScope scope, CancellationToken cancellation) => new(Messages.Count == 0 ? null : Messages[0].Summary.Id);

    public async ValueTask<MessageSummary?> FindAsync(MailScope scope, MessageId id, CancellationToken cancellation)
    {
        if (ReadFailure is not null) throw ReadFailure;
        if (BeforeFind is not null) await BeforeFind(cancellation);
        return Messages.FirstOrDefault(one => one.Summary.Id == id).Summary;
    }

    public ValueTask<PartTree?> FindPartsAsync(MessageId id, CancellationToken cancellation)
    {
        byte[]? source = Messages.FirstOrDefault(one => one.Summary.Id == id).Source;
        if (source is null || Parts is not null) return new(source is null ? null : Parts);
        using var scanner = new MimeScanner();
        scanner.Push(source);
        return new(scanner.Complete().Parts);
    }

    public ValueTask<Stream?> OpenSourceAsync(MessageId id, CancellationToken cancellation)
    {
        byte[]? source = Messages.FirstOrDefault(one => one.Summary.Id == id).Source;
        return new(source is null ? null : OpenStream?.Invoke(source) ?? new MemoryStream(source));
    }

    public ValueTask<long> MarkAsync(MailScope scope, IReadOnlyList<MessageId>? ids, Marks marks, CancellationToken cancellation)
    {
        if (MarkFailure is not null) throw MarkFailure;
        lock (Marked) Marked.Add((ids, marks));
        return new(ids?.Count ?? Messages.Count);
    }

    public ValueTask<long> DeleteAsync(MailScope scope, IReadOnlyList<MessageId>? ids, CancellationToken cancellation)
    {
        if (MarkFailure is not null) throw MarkFailure;
        return new(Messages.RemoveAll(one => ids is null || ids.Contains(one.Summary.Id)));
    }

    public ValueTask<MessagePage> SearchAsync(MailScope scope, SearchQuery query, long start, MessageId? before, int limit, CancellationToken cancellation) => throw new NotSupportedException();

    public IAsyncEnumerable<IReadOnlyList<MessageId>> MatchAsync(MailScope scope, SearchQuery query, CancellationToken cancellation) => throw new NotSupportedException();

    public ValueTask<IReadOnlyList<MailboxSummary>> ListMailboxesAsync(MailScope scope, bool domains, string filter, string? after, int limit, CancellationToken cancellation) => throw new NotSupportedException();

    public ValueTask<IReadOnlyList<string>> ListTagsAsync(MailScope scope, CancellationToken cancellation) => new((IReadOnlyList<string>)[]);

    public ValueTask<IReadOnlyDictionary<string, long>> CountTagsAsync(MailScope scope, CancellationToken cancellation) => throw new NotSupportedException();

    public ValueTask<long> SetTagsAsync(MailScope scope, IReadOnlyList<MessageId> ids, IReadOnlyList<string> tags, CancellationToken cancellation) => throw new NotSupportedException();

    public ValueTask<long> RenameTagAsync(MailScope scope, string tag, string? newName, CancellationToken cancellation) => throw new NotSupportedException();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
