namespace Smtpd.Policy;

/// <summary>
/// So many events in a period, all at once or spread: each uses a share of the period up, and time gives it back. One number
/// holds it: when all that was used will have come back. Not safe for threads.
/// </summary>
internal struct Allowance
{
    private long _fullAgainAt;

    /// <param name="limit">0: everything is let pass.</param>
    public bool TryTake(int limit, TimeSpan period, TimeProvider clock)
    {
        if (limit == 0) return true;
        if (!IsLeft(limit, period, clock)) return false;
        _fullAgainAt = Math.Max(_fullAgainAt, clock.GetTimestamp()) + Share(limit, period, clock);
        return true;
    }

    /// <summary>True when nothing of it is used.</summary>
    public readonly bool IsWhole(TimeProvider clock) => _fullAgainAt <= clock.GetTimestamp();

    public readonly bool IsLeft(int limit, TimeSpan period, TimeProvider clock)
    {
        if (limit == 0) return true;
        long used = Math.Max(0, _fullAgainAt - clock.GetTimestamp());
        long share = Share(limit, period, clock);
        return used + share <= share * limit;
    }

    private static long Share(int limit, TimeSpan period, TimeProvider clock) => Math.Max(1, (long)(period.TotalSeconds * clock.TimestampFrequency) / limit);
}
