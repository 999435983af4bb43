using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Smtpd.Storage;

/// <summary>
/// One thread that writes large bodies to their files, below everybody else's priority, and on which their sessions go on until
/// they wait for their clients again. A flood of large mail is slowed by it, and with that the senders' own load, while small
/// mail finds the processors and the pool's threads free.
/// </summary>
internal sealed partial class BulkThread : IDisposable
{
    /// <summary>Added to the thread's nice value: about a third of a usual thread's share where processors are short.</summary>
    private const int Niceness = 5;

    private readonly BlockingCollection<Work> _queue = [];

    private sealed record Work(Action Action, TaskCompletionSource Done);

    private readonly Lazy<Thread> _thread;

    public BulkThread()
    {
        _thread = new Lazy<Thread>(() =>
        {
            var thread = new Thread(Run) { Name = "Smtpd bulk", IsBackground = true };
            thread.Start();
            return thread;
        });
    }

    /// <summary>Runs the action when its turn comes, and what awaits it behind it; an exception is the task's.</summary>
    public Task RunAsync(Action action)
    {
        var work = new Work(action, new TaskCompletionSource());
        if (_queue.IsAddingCompleted) return Task.FromException(new StoreException("the program is stopping"));
        _queue.Add(work);
        _ = _thread.Value;
        return work.Done.Task;
    }

    private void Run()
    {
        // On Linux 0 names the calling thread. Without it the thread is only less considerate.
        _ = SetPriority(which: 0, who: 0, Niceness);
        foreach (Work work in _queue.GetConsumingEnumerable())
        {
            try
            {
                work.Action();
                work.Done.SetResult();
            }
            catch (Exception failure)
            {
                work.Done.SetException(failure);
            }
        }
    }

    /// <summary>Lets the thread end behind what is queued.</summary>
    public void Dispose() => _queue.CompleteAdding();

    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int which, uint who, int priority);
}
