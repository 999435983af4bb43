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
    private readonly IDistantStore _behind;
    private readonly SpoolSettings _settings;
    private readonly Log _log;
    private readonly SpoolQueue _queue;
    private readonly BodyStaging _staging;
    private readonly SpooledMail _mails;
    private readonly HashSet<MessageId> _held = [];

    public SpoolForwarder(SqliteStore spool, IDistantStore behind, SpoolSettings settings, Log log)
    {
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
        try
        {
            await CarryAsync(batch, cancellation).ConfigureAwait(false);
            return batch;
        }
        catch (StoreException refusal) when (refusal.IsRefusal)
        {
            return await CarryOneByOneAsync(batch, cancellation).ConfigureAwait(false);
        }
    }

    private async ValueTask<List<MessageSummary>> NextAsync(CancellationToken cancellation)
    {
        MessageId? after = null;
        while (true)
        {
            List<MessageSummary> found = await _queue.OldestAsync(after, BatchMessages, BatchOctets, cancellation).ConfigureAwait(false);
            if (found.Count == 0) return found;
            List<MessageSummary> free;
            lock (_held) free = [.. found.Where(message => !_held.Contains(message.Id))];
            if (free.Count > 0) return free;
            after = found[^1].Id;
        }
    }

    private async ValueTask<IReadOnlyList<MessageSummary>> CarryOneByOneAsync(List<MessageSummary> batch, CancellationToken cancellation)
    {
        List<MessageSummary> carried = [];
        foreach (MessageSummary message in batch)
        {
            try
            {
                await CarryAsync([message], cancellation).ConfigureAwait(false);
                carried.Add(message);
            }
            catch (StoreException refusal) when (refusal.IsRefusal)
            {
                lock (_held) _held.Add(message.Id);
                _log.Error($"spool: message {message.Id} is refused and stays in {_spool.Description}: {refusal.Message}");
            }
        }
        return carried;
    }

    private async ValueTask CarryAsync(List<MessageSummary> batch, CancellationToken cancellation)
    {
        List<ReceivedMail> mails = [];
        try
        {
            foreach (MessageSummary message in batch)
                if (await _mails.LoadAsync(message, cancellation).ConfigureAwait(false) is { } mail) mails.Add(mail);
            if (mails.Count > 0) await WithinTimeAsync(limit => _behind.CommitAsync(mails, limit), batch.Sum(message => message.Size), cancellation).ConfigureAwait(false);
            await WithinTimeAsync(limit => RepeatChangesAsync(mails, limit), 0, cancellation).ConfigureAwait(false);
        }
        finally
        {
            foreach (ReceivedMail mail in mails) mail.Dispose();
        }
        await _spool.DeleteAsync(MailScope.Everything, [.. batch.Select(message => message.Id)], cancellation).ConfigureAwait(false);
    }

    /// <summary>Marks, tags and deletions of entries from the time in the spool. Done twice they are as done once.</summary>
    private async Task RepeatChangesAsync(List<ReceivedMail> mails, CancellationToken cancellation)
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

    private async ValueTask WithinTimeAsync(Func<CancellationToken, Task> work, long octets, CancellationToken cancellation)
    {
        TimeSpan time = CommitTimes.For(_settings.CommitTime, octets);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(time);
        try
        {
            await work(limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new StoreException($"{_behind.Description}: no answer within {CommitTimes.Shown(time)}");
        }
    }

    public void Dispose() => _staging.Dispose();
}
