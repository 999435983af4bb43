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

    /// <summary>With bounds that grow by the same factor, for percentiles of whatever takes long or short.</summary>
    /// <param name="least">The first bound.</param>
    /// <param name="decades">Over so many powers of ten.</param>
    /// <param name="steps">Bounds in each of them.</param>
    public static Histogram Logarithmic(double least, int decades, int steps) =>
        new([.. Enumerable.Range(0, (decades * steps) + 1).Select(i => least * Math.Pow(10, (double)i / steps))]);

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

    /// <summary>
    /// How long that part of what happened between two looks took at most: nothing is known within a bucket, so times are taken to lie in
    /// it evenly. Null when nothing happened; the highest bound for what lies above it.
    /// </summary>
    /// <param name="before"><see cref="Cumulative"/> at the first look.</param>
    /// <param name="now"><see cref="Cumulative"/> at the second look.</param>
    /// <param name="part">Between 0 and 1.</param>
    public static double? Percentile(IReadOnlyList<double> bounds, long[] before, long[] now, double part)
    {
        long all = now[^1] - before[^1];
        if (all <= 0) return null;
        double wanted = part * all;
        for (int i = 0; i < bounds.Count; i++)
        {
            long upTo = now[i] - before[i];
            if (upTo < wanted) continue;
            long below = i == 0 ? 0 : now[i - 1] - before[i - 1];
            double floor = i == 0 ? 0 : bounds[i - 1];
            return upTo == below ? bounds[i] : floor + ((bounds[i] - floor) * (wanted - below) / (upTo - below));
        }
        return bounds[^1];
    }
}
