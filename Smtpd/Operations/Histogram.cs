namespace Smtpd.Operations;

/// <summary>How often something took how long. One thread observes; anybody may read.</summary>
internal sealed class Histogram
{
    private readonly double[] _bounds;
    private readonly long[] _counts;
    private double _sum;

    /// <param name="bounds">The upper bounds of the buckets in seconds, growing; one without bound is added.</param>
    public Histogram(params double[] bounds)
    {
        _bounds = bounds;
        _counts = new long[bounds.Length + 1];
    }

    public IReadOnlyList<double> Bounds => _bounds;

    /// <summary>Seconds of all that was observed.</summary>
    public double Sum => Volatile.Read(ref _sum);

    public void Observe(TimeSpan time)
    {
        double seconds = time.TotalSeconds;
        int bucket = 0;
        while (bucket < _bounds.Length && seconds > _bounds[bucket]) bucket++;
        // Plain adds: the writer is one thread, and on 64 bits a reader sees one whole number or the next.
        Volatile.Write(ref _counts[bucket], _counts[bucket] + 1);
        Volatile.Write(ref _sum, _sum + seconds);
    }

    /// <summary>How often it took at most each of the bounds, and in all: one more number than there are bounds.</summary>
    public long[] Cumulative()
    {
        long[] counts = new long[_counts.Length];
        long total = 0;
        for (int i = 0; i < counts.Length; i++) counts[i] = total += Volatile.Read(ref _counts[i]);
        return counts;
    }
}
