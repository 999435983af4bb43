using System.Security.Cryptography;
using Smtpd.Mail;
using Smtpd.Mime;
using Smtpd.Storage;
using Smtpd.Storage.Memory;
using Smtpd.Storage.Search;

namespace Smtpd.Tests.Storage.Spooling;

/// <summary>What the next commit of an <see cref="UnreliableStore"/> does.</summary>
internal enum Mishap
{
    None,
    FailsBefore,
    FailsAfter,

    /// <summary>Writes half of the batch, then fails.</summary>
    FailsHalfway,

    /// <summary>Writes, and its answer never comes until it is let go.</summary>
    HangsAfter,

    /// <summary>Does not write before it is let go.</summary>
    HangsBefore,
    IsFull,
    Crashes,
}

/// <summary>A store as a database elsewhere may behave: it fails in every way, and takes a message that it has for written.</summary>
internal sealed class UnreliableStore : IMailStore
{
    private readonly MemoryStore _inner = new(long.MaxValue);
    private readonly ManualResetEventSlim _let = new(false);
    private readonly Queue<Mishap> _script = new();
    private readonly Lock _gate = new();
    private readonly List<MessageId> _written = [];
    private int _commits;
    private int _underWay;

    /// <summary>What every commit does whose turn the script does not say.</summary>
    public Mishap Usual { get; set; }

    public HashSet<MessageId> Refuses { get; } = [];

    /// <summary>Subjects of messages that are refused.</summary>
    public HashSet<string> RefusedSubjects { get; } = [];

    /// <summary>Called behind each commit that has written, before its answer.</summary>
    public Action? Written { get; set; }

    /// <summary>True: reads and changes fail.</summary>
    public bool IsDeaf { get; set; }

    /// <summary>True: lists, and questions for one message, are not answered until <see cref="LetGo"/>.</summary>
    public bool IsMute { get; set; }

    /// <summary>Batches with more messages take too long.</summary>
    public int MostMessages { get; set; } = int.MaxValue;

    /// <summary>How many messages were written, each time that one was.</summary>
    public IReadOnlyList<MessageId> WrittenIds { get { lock (_gate) return [.. _written]; } }

    public int Commits => Volatile.Read(ref _commits);

    /// <summary>Digests of the octets that were handed over, by message; two for one id would be a message that has changed on its way.</summary>
    public Dictionary<MessageId, string> Digests { get; } = [];

    public bool WasCalledTwiceAtOnce { get; private set; }

    public string? Trouble { get; set; }

    public void Next(params Mishap[] mishaps)
    {
        lock (_gate)
            foreach (Mishap one in mishaps) _script.Enqueue(one);
    }

    /// <summary>Lets go whatever hangs, now and from now on.</summary>
    public void LetGo() => _let.Set();

    public void Commit(IReadOnlyList<ReceivedMail> batch)
    {
        if (Interlocked.Increment(ref _underWay) > 1) WasCalledTwiceAtOnce = true;
        try
        {
            Interlocked.Increment(ref _commits);
            Mishap mishap;
            lock (_gate) mishap = _script.TryDequeue(out Mishap next) ? next : Usual;
            Act(batch, mishap);
        }
        finally
        {
            Interlocked.Decrement(ref _underWay);
        }
    }

    private void Act(IReadOnlyList<ReceivedMail> batch, Mishap mishap)
    {
        switch (mishap)
        {
            case Mishap.FailsBefore: throw new StoreException("elsewhere: not reachable");
            case Mishap.IsFull: throw new StoreException("elsewhere: no room", isFull: true);
            case Mishap.Crashes: throw new InvalidOperationException("a fault");
            case Mishap.None when batch.Count > MostMessages: throw new StoreException("elsewhere: no answer in time");
            case Mishap.HangsBefore: _let.Wait(); break;
            case Mishap.FailsHalfway:
                Write([.. batch.Take(batch.Count / 2)]);
                throw new StoreException("elsewhere: the connection broke");
        }
        HashSet<MessageId> refused = [.. batch.Where(mail => Refuses.Contains(mail.Id) || RefusedSubjects.Contains(mail.Content.Header.Subject)).Select(mail => mail.Id)];
        Write([.. batch.Where(mail => !refused.Contains(mail.Id))]);
        Written?.Invoke();
        if (mishap == Mishap.HangsAfter) _let.Wait();
        if (mishap == Mishap.FailsAfter) throw new StoreException("elsewhere: no answer");
        if (refused.Count > 0) throw new StoreException("elsewhere: not valid") { Refused = refused };
    }

    private void Write(List<ReceivedMail> batch)
    {
        lock (_gate)
        {
            foreach (ReceivedMail mail in batch)
            {
                byte[] source = new byte[mail.Body.Length];
                mail.Body.Read(0, source);
                string digest = Convert.ToHexString(SHA256.HashData(source));
                // The id that was given is written into the source, so that the same id has the same octets ever after.
                if (Digests.TryGetValue(mail.Id, out string? before))
                {
                    if (before != digest) throw new InvalidOperationException($"{mail.Id} came back with other octets");
                    continue;
                }
                Digests.Add(mail.Id, digest);
                _inner.Commit([mail]);
                _written.Add(mail.Id);
            }
        }
    }

    public string Description => "elsewhere";
    public long SizeInBytes => _inner.SizeInBytes;
    public MessageId NewestId => default;
    public string StagingFolder => _inner.StagingFolder;
    public StoreSpace Space => _inner.Space;
    public bool WriteAhead(ReceivedMail mail) => Trouble is null ? true : throw new StoreException(Trouble);
    public void Tend(bool idle) { }

    private MemoryStore Heard => IsDeaf ? throw new StoreException("elsewhere: not reachable") : _inner;

    public ValueTask<MessagePage> ListAsync(MailScope scope, long start, MessageId? before, int limit, CancellationToken cancellation) =>
        IsMute ? new(Task.Run(() => { _let.Wait(cancellation); return new MessagePage(0, 0, []); }, cancellation)) : Heard.ListAsync(scope, start, before, limit, cancellation);
    public ValueTask<MessageId?> LatestAsync(MailScope scope, CancellationToken cancellation) => Heard.LatestAsync(scope, cancellation);
    public ValueTask<MessageSummary?> FindAsync(MailScope scope, MessageId id, CancellationToken cancellation) =>
        IsMute ? new(Task.Run(() => { _let.Wait(cancellation); return (MessageSummary?)null; }, cancellation)) : Heard.FindAsync(scope, id, cancellation);
    public ValueTask<PartTree?> FindPartsAsync(MessageId id, CancellationToken cancellation) => Heard.FindPartsAsync(id, cancellation);
    public ValueTask<Stream?> OpenSourceAsync(MessageId id, CancellationToken cancellation) => Heard.OpenSourceAsync(id, cancellation);
    public ValueTask<long> MarkAsync(MailScope scope, IReadOnlyList<MessageId>? ids, Marks marks, CancellationToken cancellation) => Heard.MarkAsync(scope, ids, marks, cancellation);
    public ValueTask<long> DeleteAsync(MailScope scope, IReadOnlyList<MessageId>? ids, CancellationToken cancellation) => Heard.DeleteAsync(scope, ids, cancellation);
    public ValueTask<MessagePage> SearchAsync(MailScope scope, SearchQuery query, long start, MessageId? before, int limit, CancellationToken cancellation) => Heard.SearchAsync(scope, query, start, before, limit, cancellation);
    public IAsyncEnumerable<IReadOnlyList<MessageId>> MatchAsync(MailScope scope, SearchQuery query, CancellationToken cancellation) => Heard.MatchAsync(scope, query, cancellation);
    public ValueTask<IReadOnlyList<MailboxSummary>> ListMailboxesAsync(MailScope scope, bool domains, string filter, string? after, int limit, CancellationToken cancellation) => Heard.ListMailboxesAsync(scope, domains, filter, after, limit, cancellation);
    public ValueTask<IReadOnlyList<string>> ListTagsAsync(MailScope scope, CancellationToken cancellation) => Heard.ListTagsAsync(scope, cancellation);
    public ValueTask<IReadOnlyDictionary<string, long>> CountTagsAsync(MailScope scope, CancellationToken cancellation) => Heard.CountTagsAsync(scope, cancellation);
    public ValueTask<long> SetTagsAsync(MailScope scope, IReadOnlyList<MessageId> ids, IReadOnlyList<string> tags, CancellationToken cancellation) => Heard.SetTagsAsync(scope, ids, tags, cancellation);
    public ValueTask<long> RenameTagAsync(MailScope scope, string tag, string? newName, CancellationToken cancellation) => Heard.RenameTagAsync(scope, tag, newName, cancellation);
    /// <summary>It is elsewhere: it outlives the process, and in a test several stores in front of it.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
