using Smtpd.Mail;
using Smtpd.Operations;
using Smtpd.Storage.Sqlite;

namespace Smtpd.Storage.Spooling;

/// <summary>
/// Carries messages from a spool to the store behind it, the oldest first, each once: a message leaves the spool only after the store has it,
/// and what was written already, whoever did it and whatever became of the answer, is there under its id and counts as written.
/// </summary>
internal sealed class SpoolForwarder : IDisposable
{
    /// <summary>A batch ends at so many messages or octets, as those of the intake do.</summary>
    private const int BatchMessages = 500;

    private const long BatchOctets = 8L * 1024 * 1024;

    private readonly SqliteStore _spool;
    private readonly DistantWriter _writer;
    private readonly IMailStore _behind;
    private readonly SpoolSettings _settings;
    private readonly Log _log;
    private readonly SpoolQueue _queue;
    private readonly BodyStaging _staging;
    private readonly SpooledMail _mails;
    private readonly HashSet<MessageId> _held = [];

    /// <summary>After a batch that failed the next is smaller: what is too slow for many is quick enough for few.</summary>
    private int _mostMessages = BatchMessages;

    public SpoolForwarder(SqliteStore spool, IMailStore behind, DistantWriter writer, SpoolSettings settings, Log log)
    {
        _writer = writer;
        _spool = spool;
        _behind = behind;
        _settings = settings;
        _log = log;
        _queue = new SpoolQueue(spool);
        _staging = new BodyStaging(spool.StagingFolder, new StoreSpace());
        _mails = new SpooledMail(spool, _staging, settings.IgnoresTags);
    }

    /// <summary>Messages that the store behind refuses. They stay in the spool, and are tried again after the next start.</summary>
    public int Held
    {
        get { lock (_held) return _held.Count; }
    }

    /// <summary>Carries the next batch. Not safe for several callers at once.</summary>
    /// <returns>Those that have left the spool; none when nothing is left but what is held.</returns>
    /// <exception cref="StoreException">The store behind, or the spool, does not do it now.</exception>
    public async ValueTask<IReadOnlyList<MessageSummary>> StepAsync(CancellationToken cancellation)
    {
        List<MessageSummary> batch = await NextAsync(cancellation).ConfigureAwait(false);
        if (batch.Count == 0) return batch;
        int next = Math.Max(1, batch.Count / 4);
        try
        {
            IReadOnlyList<MessageSummary> carried = await CarryAsync(batch, cancellation).ConfigureAwait(false);
            next = Math.Min(BatchMessages, _mostMessages * 2);
            return carried;
        }
        finally
        {
            _mostMessages = next;
        }
    }

    private async ValueTask<List<MessageSummary>> NextAsync(CancellationToken cancellation)
    {
        MessageId? after = null;
        while (true)
        {
            List<MessageSummary> found = await _queue.OldestAsync(after, _mostMessages, BatchOctets, cancellation).ConfigureAwait(false);
            if (found.Count == 0) return found;
            List<MessageSummary> free;
            lock (_held) free = [.. found.Where(message => !_held.Contains(message.Id))];
            if (free.Count > 0) return free;
            after = found[^1].Id;
        }
    }

    private async ValueTask<IReadOnlyList<MessageSummary>> CarryAsync(List<MessageSummary> batch, CancellationToken cancellation)
    {
        List<ReceivedMail> mails = [];
        try
        {
            foreach (MessageSummary message in batch)
                if (await _mails.LoadAsync(message, cancellation).ConfigureAwait(false) is { } mail) mails.Add(mail);
            if (mails.Count > 0) await WriteAsync(mails, cancellation).ConfigureAwait(false);
            IReadOnlyList<MessageSummary> carried;
            lock (_held) carried = batch.FindAll(message => !_held.Contains(message.Id));
            await RepeatChangesAsync(mails.FindAll(mail => carried.Any(message => message.Id == mail.Id)), cancellation).ConfigureAwait(false);
            await _spool.DeleteAsync(MailScope.Everything, [.. carried.Select(message => message.Id)], cancellation).ConfigureAwait(false);
            return carried;
        }
        finally
        {
            foreach (ReceivedMail mail in mails) mail.Dispose();
        }
    }

    private async ValueTask WriteAsync(List<ReceivedMail> mails, CancellationToken cancellation)
    {
        try
        {
            await _writer.CommitAsync(mails, cancellation).ConfigureAwait(false);
        }
        catch (StoreException failure) when (failure is { Refused: { } refused, IsFull: false })
        {
            lock (_held) _held.UnionWith(refused);
            _log.Error($"spool: {refused.Count} of {mails.Count} messages are refused and stay in {_spool.Description}, among them {refused.First()}: {failure.Message}");
        }
    }

    /// <summary>Marks, tags and deletions of entries from the time in the spool. Done twice they are as done once.</summary>
    /// <exception cref="StoreException">They could not be done, or not in time.</exception>
    private async ValueTask RepeatChangesAsync(List<ReceivedMail> mails, CancellationToken cancellation)
    {
        List<SpooledEntry> entries = await _queue.EntriesAsync([.. mails.Select(mail => mail.Id)], cancellation).ConfigureAwait(false);
        foreach (SpooledEntry entry in entries)
        {
            if (entry.IsUntouched) continue;
            MailScope scope = MailScope.Of([entry.Mailbox], []);
            var marks = new Marks(entry.Read ? true : null, entry.Starred ? true : null);
            if (marks != default) await _behind.MarkAsync(scope, [entry.Message], marks, cancellation).ConfigureAwait(false);
            if (entry.Tags.Count > 0) await _behind.SetTagsAsync(scope, [entry.Message], entry.Tags, cancellation).ConfigureAwait(false);
        }
        HashSet<(MessageId, string)> left = [.. entries.Select(entry => (entry.Message, entry.Mailbox))];
        foreach (ReceivedMail mail in mails)
        {
            string[] gone = [.. mail.Envelope.Recipients.Select(one => one.MailboxKey).Distinct().Where(mailbox => !left.Contains((mail.Id, mailbox)))];
            if (gone.Length > 0) await _behind.DeleteAsync(MailScope.Of(gone, []), [mail.Id], cancellation).ConfigureAwait(false);
        }
    }

    public void Dispose() => _staging.Dispose();
}
