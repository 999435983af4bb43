namespace Smtpd.Storage;

/// <summary>
/// Threads that tell sessions what became of their messages. The pool would do, but each piece of work wakes two of its workers,
/// which shows in the processor time of a message when there are few.
/// </summary>
internal sealed class CompletionThreads : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Wakeup _wakeup = new();
    private readonly int _threads = Math.Max(1, Environment.ProcessorCount / 2);
    private readonly Queue<Batch> _waiting = new();
    private bool _stopping;

    public CompletionThreads()
    {
        for (int i = 0; i < _threads; i++)
            new Thread(Work) { Name = "Smtpd answers", IsBackground = true }.Start();
    }

    /// <summary>Completes the messages in turn, on one of the threads, soon.</summary>
    public void Complete(IReadOnlyList<ReceivedMail> messages, AcceptOutcome outcome)
    {
        lock (_gate) _waiting.Enqueue(new Batch(messages, outcome));
        _wakeup.Signal();
    }

    private void Work()
    {
        while (true)
        {
            // One signal for each batch, and one for each thread at the end.
            _wakeup.Wait();
            Batch batch;
            lock (_gate)
            {
                if (!_waiting.TryDequeue(out batch))
                {
                    if (_stopping) return;
                    continue;
                }
            }
            foreach (ReceivedMail mail in batch.Messages) mail.Complete(batch.Outcome);
        }
    }

    /// <summary>Ends the threads when nothing waits any more.</summary>
    public void Dispose()
    {
        lock (_gate) _stopping = true;
        for (int i = 0; i < _threads; i++) _wakeup.Signal();
    }

    private readonly record struct Batch(IReadOnlyList<ReceivedMail> Messages, AcceptOutcome Outcome);
}
