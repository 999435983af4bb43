namespace Smtpd.Tests.Network;

/// <summary>A clock that stands still until it is told to go on; its timers fire on the caller's thread.</summary>
internal sealed class ManualClock : TimeProvider
{
    private readonly List<ManualTimer> _timers = [];
    private long _milliseconds = 1_000_000;

    public override long TimestampFrequency => 1000;

    public override long GetTimestamp() => _milliseconds;

    public override DateTimeOffset GetUtcNow() => new DateTimeOffset(2026, 11, 22, 0, 0, 0, TimeSpan.Zero).AddMilliseconds(_milliseconds);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(callback, state);
        lock (_timers) _timers.Add(timer);
        return timer;
    }

    /// <summary>Lets so many seconds pass, one at a time, and every timer fire after each.</summary>
    public void Pass(int seconds)
    {
        for (int i = 0; i < seconds; i++)
        {
            _milliseconds += 1000;
            FireAll();
        }
    }

    /// <summary>Lets time pass while no timer fires: a process that was stopped.</summary>
    public void Jump(int seconds)
    {
        _milliseconds += seconds * 1000L;
        FireAll();
    }

    /// <summary>Those that there are; a timer may make another.</summary>
    private void FireAll()
    {
        ManualTimer[] timers;
        lock (_timers) timers = [.. _timers];
        foreach (ManualTimer timer in timers) timer.Fire();
    }

    private sealed class ManualTimer(TimerCallback callback, object? state) : ITimer
    {
        public void Fire() => callback(state);
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;
        public void Dispose() { }
        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
