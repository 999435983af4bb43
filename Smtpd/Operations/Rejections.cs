namespace Smtpd.Operations;

/// <summary>Counts what is turned away by its reason, and keeps the last of it. Costs something only when something is turned away.</summary>
internal sealed class Rejections
{
    /// <summary>How many are kept: what an operator looks through to find the one that he was asked about.</summary>
    public const int MostKept = 200;

    /// <summary>All reasons, in the order in which they are counted and shown.</summary>
    public static readonly IReadOnlyList<RejectionReason> Reasons = Enum.GetValues<RejectionReason>();

    private readonly Counter[] _counts = [.. Reasons.Select(_ => new Counter())];
    private readonly Rejection[] _kept = new Rejection[MostKept];
    private readonly Lock _lock = new();
    private long _total;

    /// <summary>How many transactions were turned away, wholly or in part.</summary>
    public long Total => Interlocked.Read(ref _total);

    /// <summary>How often something was refused for that reason: a connection, a sender, a recipient or a message.</summary>
    public long Of(RejectionReason reason) => _counts[(int)reason].Value;

    public void Count(RejectionReason reason) => _counts[(int)reason].Increment();

    /// <summary>Keeps a transaction; the oldest makes room.</summary>
    public void Keep(Rejection rejection)
    {
        lock (_lock)
        {
            _kept[_total % MostKept] = rejection;
            Interlocked.Increment(ref _total);
        }
    }

    /// <summary>The last ones, the newest first.</summary>
    public IReadOnlyList<Rejection> Last(int limit)
    {
        lock (_lock)
        {
            var last = new Rejection[Math.Min(limit, Math.Min(_total, MostKept))];
            for (int i = 0; i < last.Length; i++) last[i] = _kept[(_total - 1 - i) % MostKept];
            return last;
        }
    }
}
