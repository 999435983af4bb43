namespace Smtpd.Network;

/// <summary>
/// Deadlines of many connections at the cost of one timer. Setting a later deadline is one store to memory: an entry whose
/// turn comes too early is moved on. Resolution is one second; a deadline is never early and at most two seconds late.
/// </summary>
internal sealed class DeadlineWheel : IDisposable
{
    private const int Slots = 512;

    private readonly Entry?[] _slots = new Entry?[Slots];
    private readonly Lock _lock = new();
    private readonly List<Entry> _due = [];
    private readonly TimeProvider _clock;
    private readonly ITimer _timer;
    private int _ticking;
    private long _tick;

    public DeadlineWheel(TimeProvider clock)
    {
        _clock = clock;
        _tick = Now;
        _timer = clock.CreateTimer(static wheel => ((DeadlineWheel)wheel!).Turn(), this, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
    }

    /// <summary>Seconds of a clock that never goes back.</summary>
    private long Now => _clock.GetTimestamp() / _clock.TimestampFrequency;

    /// <summary>Something with a deadline. Belongs to at most one wheel.</summary>
    internal abstract class Entry
    {
        internal Entry? Next;
        internal Entry? Previous;
        internal long Slot = -1;
        internal long Deadline = long.MaxValue;

        /// <summary>Called on a thread of the pool when the deadline has passed; the entry stays on the wheel until removed.</summary>
        protected internal abstract void OnDeadline();
    }

    /// <summary>Sets or moves the deadline. Call it only from the entry's own thread of control.</summary>
    public void Set(Entry entry, TimeSpan fromNow)
    {
        long deadline = Now + 1 + (long)Math.Ceiling(fromNow.TotalSeconds);
        // A deadline brought forward takes the lock: the wheel may just be moving the entry by the one it replaces.
        bool later = deadline >= entry.Deadline;
        Volatile.Write(ref entry.Deadline, deadline);
        if (later && Volatile.Read(ref entry.Slot) is >= 0 and long slot && slot <= deadline) return;
        lock (_lock)
        {
            Unlink(entry);
            Link(entry, deadline);
        }
    }

    public void Remove(Entry entry)
    {
        lock (_lock) Unlink(entry);
    }

    private void Link(Entry entry, long deadline)
    {
        long slot = Math.Clamp(deadline, _tick + 1, _tick + Slots - 1);
        ref Entry? head = ref _slots[slot % Slots];
        entry.Slot = slot;
        entry.Previous = null;
        entry.Next = head;
        if (head is not null) head.Previous = entry;
        head = entry;
    }

    private void Unlink(Entry entry)
    {
        if (entry.Slot < 0) return;
        if (entry.Previous is null) _slots[entry.Slot % Slots] = entry.Next;
        else entry.Previous.Next = entry.Next;
        if (entry.Next is not null) entry.Next.Previous = entry.Previous;
        entry.Next = entry.Previous = null;
        entry.Slot = -1;
    }

    private void Turn()
    {
        if (Interlocked.Exchange(ref _ticking, 1) != 0) return;
        long now = Now;
        lock (_lock)
        {
            while (_tick < now)
            {
                _tick++;
                Entry? next;
                for (Entry? entry = _slots[_tick % Slots]; entry is not null; entry = next)
                {
                    next = entry.Next;
                    long deadline = Volatile.Read(ref entry.Deadline);
                    Unlink(entry);
                    if (deadline <= _tick)
                    {
                        _due.Add(entry);
                        // Comes round again should the owner neither remove it nor set another deadline: after now, so that a
                        // process that stood still for a while does not meet it once for each second that it missed.
                        deadline = now + 1;
                    }
                    Link(entry, deadline);
                }
            }
        }
        foreach (Entry entry in _due)
        {
            // The owner may have been quicker and have moved it.
            if (Volatile.Read(ref entry.Deadline) <= now) entry.OnDeadline();
        }
        _due.Clear();
        Volatile.Write(ref _ticking, 0);
    }

    public void Dispose() => _timer.Dispose();
}
