using System.Diagnostics;
using Smtpd.Operations;

namespace Smtpd.Storage;

/// <summary>
/// The group commit. Messages that arrive while the store writes form the next batch: one transaction and one sync for all
/// of them. One thread writes; no session's code ever runs on it.
/// </summary>
internal sealed class Intake : IAsyncDisposable
{
    /// <summary>A batch ends at so many messages or octets, so that the first in it does not wait for the last of a flood.</summary>
    private const int BatchMessages = 1000;

    private const long BatchOctets = 8L * 1024 * 1024;

    /// <summary>What is longer is written ahead of its batch, piece by piece, so that small mail does not wait for it.</summary>
    public const int MostAtOnceOctets = 256 * 1024;

    /// <summary>So many do not wait for more.</summary>
    private const int Company = 4;

    /// <summary>How often the store is tended when no mail comes.</summary>
    private static readonly TimeSpan TendInterval = TimeSpan.FromSeconds(1);

    private readonly IMailStore _store;
    private readonly MailFeed _feed;
    private readonly Log _log;
    private readonly bool _keep;
    private readonly MessageIdSource _ids;
    private readonly BodyStaging _staging;
    private readonly CompletionThreads _answers = new();
    private readonly Thread _writer;
    private readonly Lock _gate = new();
    private readonly Wakeup _wakeup = new();
    private readonly Queue<ReceivedMail> _waiting = new();
    private readonly Queue<ReceivedMail> _large = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private List<ReceivedMail> _inHand = [];
    private bool _stopping;
    private bool _asleep;
    private bool _gathering;
    private bool _troubled;
    private long? _lastBatch;

    /// <param name="keep">False: messages are announced and let go (<c>smtp.store.messages</c>).</param>
    public Intake(IMailStore store, MailFeed feed, bool keep, TimeProvider clock, Log log)
    {
        _store = store;
        _feed = feed;
        _keep = keep;
        _log = log;
        _staging = new BodyStaging(store.StagingFolder, store.Space);
        _ids = new MessageIdSource(store.NewestId, clock);
        _writer = new Thread(Write) { Name = "Smtpd writer", IsBackground = true };
        _writer.Start();
    }

    public Metrics Metrics { get; init; } = new(TimeProvider.System);

    /// <summary>
    /// How long a message waits for company that can wait, see <see cref="ReceivedMail.MayWait"/>. At some hundred messages a second
    /// each would be a batch of its own, whose sync takes more processor time than all that is done for the message else.
    /// </summary>
    internal TimeSpan Gathering { get; init; } = TimeSpan.FromMilliseconds(4);

    /// <summary>Messages that wait for their batch.</summary>
    public int Waiting
    {
        get { lock (_gate) return _waiting.Count + _large.Count; }
    }

    /// <summary>What a message of so many octets can expect now: <see cref="AcceptOutcome.Stored"/>, or why not.</summary>
    public AcceptOutcome Screen(long octets)
    {
        if (!_keep) return AcceptOutcome.Discarded;
        if (_store.Trouble is not null) return AcceptOutcome.Failed;
        return _store.Space.HasRoomFor(octets) ? AcceptOutcome.Stored : AcceptOutcome.Full;
    }

    /// <summary>An empty body, to be filled and then handed over in a <see cref="ReceivedMail"/>.</summary>
    public MessageBody NewBody() => new(_staging);

    /// <summary>
    /// Completes when the message is durable, or says why it is not. The message is the caller's again then, on a thread where
    /// nothing may block.
    /// </summary>
    public ValueTask<AcceptOutcome> AcceptAsync(ReceivedMail mail)
    {
        if (_keep && !mail.Body.TryReserve()) return new ValueTask<AcceptOutcome>(AcceptOutcome.Full);
        lock (_gate)
        {
            if (_stopping) return new ValueTask<AcceptOutcome>(AcceptOutcome.Failed);
            (mail.Body.Length > MostAtOnceOctets && _keep ? _large : _waiting).Enqueue(mail);
            // Inside the lock: behind it the writer, and with it the wakeup, may be at its end.
            if (_asleep || (_gathering && (!mail.MayWait || _large.Count > 0 || _waiting.Count >= Company)))
            {
                _wakeup.Signal();
                _asleep = _gathering = false;
            }
        }
        return mail.Outcome;
    }

    private void Write()
    {
        try
        {
            while (NextBatch() is { } batch)
            {
                if (batch.Count > 0) Commit(batch);
                bool idle;
                lock (_gate) idle = _waiting.Count == 0 && _large.Count == 0;
                Tend(idle);
            }
            _ended.SetResult();
        }
        catch (Exception fault)
        {
            // Nothing here is expected to throw. Whoever waits is told, and the process says why it takes no more mail.
            _log.Error($"intake: the writer has stopped: {fault}");
            List<ReceivedMail> rest;
            lock (_gate)
            {
                _stopping = true;
                rest = [.. _inHand, .. _waiting, .. _large];
            }
            _answers.Complete(rest, AcceptOutcome.Failed);
            _ended.SetException(fault);
        }
    }

    /// <summary>The next messages to commit; empty when the wait was only interrupted for housekeeping, null at the end.</summary>
    private List<ReceivedMail>? NextBatch()
    {
        var batch = new List<ReceivedMail>();
        _inHand = batch;
        ReceivedMail? large;
        bool sleep;
        lock (_gate)
        {
            sleep = _asleep = _waiting.Count == 0 && _large.Count == 0;
            if (sleep && _stopping) return null;
        }
        // A signal that comes too late for this wait ends a later one too early, which does no harm.
        if (sleep) _wakeup.Wait(TendInterval);
        if (BeginGathering()) _wakeup.Wait(Gathering);
        lock (_gate)
        {
            _asleep = _gathering = false;
            for (long octets = 0; batch.Count < BatchMessages && octets < BatchOctets && _waiting.TryDequeue(out ReceivedMail? mail);)
            {
                octets += mail.Body.Length;
                batch.Add(mail);
            }
            _large.TryPeek(out large);
            if (batch.Count > 0) _lastBatch = Stopwatch.GetTimestamp();
        }
        // A large body is written piece by piece between batches, so that small mail does not wait for it.
        if (large is not null && IsWrittenAhead(large))
        {
            lock (_gate) _large.Dequeue();
            batch.Add(large);
        }
        foreach (ReceivedMail mail in batch) mail.GiveId(_ids.Next());
        return batch;
    }

    /// <summary>True when the messages are to wait for the next: none is in a hurry, and they come one upon the other.</summary>
    private bool BeginGathering()
    {
        lock (_gate)
        {
            return _gathering = _waiting.Count is > 0 and < Company && _large.Count == 0 && !_stopping
                && _lastBatch is { } last && Stopwatch.GetElapsedTime(last) < Gathering && _waiting.All(mail => mail.MayWait);
        }
    }

    /// <summary>True also when it cannot be written: the batch will then say so.</summary>
    private bool IsWrittenAhead(ReceivedMail large)
    {
        try
        {
            return !_keep || _store.WriteAhead(large);
        }
        catch (StoreException failure)
        {
            Report(failure);
            lock (_gate) _large.Dequeue();
            _answers.Complete([large], failure.IsFull ? AcceptOutcome.Full : AcceptOutcome.Failed);
            return false;
        }
    }

    private void Commit(List<ReceivedMail> messages)
    {
        List<ReceivedMail> refused = [];
        AcceptOutcome refusal = AcceptOutcome.Failed;
        AcceptOutcome outcome = _keep ? AcceptOutcome.Stored : AcceptOutcome.Discarded;
        if (_keep)
        {
            long began = Stopwatch.GetTimestamp();
            try
            {
                _store.Commit(messages);
                Metrics.Commits.Increment();
                if (_troubled) _log.Info("store: takes mail again");
                _troubled = false;
            }
            catch (StoreException failure)
            {
                Report(failure);
                refusal = failure.IsFull ? AcceptOutcome.Full : AcceptOutcome.Failed;
                if (failure.Refused is null) outcome = refusal;
                else
                {
                    // One message never breaks another.
                    refused = messages.FindAll(mail => failure.Refused.Contains(mail.Id));
                    messages = messages.FindAll(mail => !failure.Refused.Contains(mail.Id));
                }
            }
            catch (Exception fault)
            {
                // Not expected of any store; whatever it was, these messages are not known to be durable.
                Report(new StoreException($"{_store.Description}: {fault.Message}", cause: fault));
                outcome = AcceptOutcome.Failed;
            }
            Metrics.ObserveCommit(Stopwatch.GetElapsedTime(began));
            if (outcome != AcceptOutcome.Stored || refused.Count > 0) Metrics.FailedCommits.Increment();
        }
        if (outcome is AcceptOutcome.Stored or AcceptOutcome.Discarded && _feed.HasListeners)
        {
            foreach (ReceivedMail mail in messages) _feed.Publish(new MailEvent(MailEventKind.New, mail.Id, mail.Summarize()) { Mailboxes = [.. mail.Envelope.Recipients.Select(one => one.MailboxKey).Distinct()] });
        }
        _inHand = [];
        _answers.Complete(messages, outcome);
        if (refused.Count > 0) _answers.Complete(refused, refusal);
    }

    private void Tend(bool idle)
    {
        try
        {
            _store.Tend(idle);
        }
        catch (StoreException failure)
        {
            Report(failure);
        }
    }

    /// <summary>Says once that the store is in trouble, not once for each message.</summary>
    private void Report(StoreException failure)
    {
        if (!_troubled) _log.Error($"store: {failure.Message}; mail is refused for now");
        _troubled = true;
    }

    /// <summary>Takes no more messages, commits those that wait, and ends.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate) _stopping = true;
        _wakeup.Signal();
        await _ended.Task.ConfigureAwait(false);
        _staging.Dispose();
        _answers.Dispose();
        _wakeup.Dispose();
    }
}
