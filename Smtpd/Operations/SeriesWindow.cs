namespace Smtpd.Operations;

/// <summary>
/// The last so many spans of equal length, in memory that does not grow. Spans begin at multiples of their length since 1970, so that
/// the same span is the same for whoever asks when. Not safe for threads: its owner has the lock.
/// </summary>
internal sealed class SeriesWindow
{
    /// <summary>
    /// Seconds without a reading that are a thread's delay on a busy machine: what is read then stands for them too. Longer, and the
    /// process or the computer stood still.
    /// </summary>
    private const int MostDelay = 5;

    private readonly int _step;
    private readonly int _capacity;
    private readonly SeriesKind[] _kinds;
    private readonly Histogram _latency;
    private readonly double[][] _columns;
    private readonly double[][] _percentiles;
    private readonly double[] _before;
    private readonly double[] _peaks;
    private long[] _latencyBefore = [];
    private long _last = -1;
    private long _open;
    private long _kept;

    /// <param name="step">Seconds of a span.</param>
    /// <param name="capacity">How many spans are kept.</param>
    /// <param name="latency">Of what happens in each span, <see cref="Parts"/> are kept.</param>
    public SeriesWindow(int step, int capacity, IReadOnlyList<SeriesKind> kinds, Histogram latency)
    {
        (_step, _capacity, _kinds, _latency) = (step, capacity, [.. kinds], latency);
        _columns = [.. kinds.Select(_ => new double[capacity])];
        _percentiles = [.. Parts.Select(_ => new double[capacity])];
        (_before, _peaks) = (new double[kinds.Count], new double[kinds.Count]);
    }

    /// <summary>Which parts of a hundred took at most how long.</summary>
    public static IReadOnlyList<double> Parts { get; } = [0.5, 0.95, 0.99];

    /// <summary>Takes one reading of all sources, and closes the spans that have ended.</summary>
    /// <param name="second">Of Unix time.</param>
    public void Observe(long second, ReadOnlySpan<double> readings)
    {
        long span = second / _step;
        // A clock that was set back: what is kept lies in the future now.
        if (_last < 0 || second < _last - MostDelay)
        {
            Begin(span, readings);
            _kept = 0;
        }
        else
        {
            for (int i = 0; i < _kinds.Length; i++)
                if (_kinds[i] == SeriesKind.Peak && !double.IsNaN(readings[i]) && !(_peaks[i] >= readings[i])) _peaks[i] = readings[i];
            if (span > _open) Close(span, readings, stoodStill: second - _last > MostDelay);
        }
        _last = second;
    }

    private void Begin(long span, ReadOnlySpan<double> readings)
    {
        _open = span;
        readings.CopyTo(_before);
        _peaks.AsSpan().Fill(double.NaN);
        _latencyBefore = _latency.Cumulative();
    }

    private void Close(long span, ReadOnlySpan<double> readings, bool stoodStill)
    {
        long spans = span - _open;
        long[] latency = _latency.Cumulative();
        for (long one = Math.Max(_open, span - _capacity); one < span; one++)
        {
            int place = (int)(one % _capacity);
            bool isKnown = !stoodStill || one == span - 1;
            for (int i = 0; i < _kinds.Length; i++)
            {
                _columns[i][place] = _kinds[i] switch
                {
                    // Nobody can tell in which of them it was.
                    SeriesKind.Count => (readings[i] - _before[i]) / spans,
                    SeriesKind.Peak => isKnown ? _peaks[i] : double.NaN,
                    _ => isKnown ? readings[i] : double.NaN,
                };
            }
            for (int i = 0; i < _percentiles.Length; i++)
                _percentiles[i][place] = isKnown ? Histogram.Percentile(_latency.Bounds, _latencyBefore, latency, Parts[i]) ?? double.NaN : double.NaN;
        }
        _kept = Math.Min(_capacity, _kept + spans);
        Begin(span, readings);
    }

    /// <summary>The spans that have ended and began at that second of Unix time or later.</summary>
    public SeriesSlice Read(long since)
    {
        long wanted = since / _step + (since % _step > 0 ? 1 : 0);
        long from = Math.Clamp(wanted, _open - _kept, _open);
        return new SeriesSlice(from * _step, _open * _step, _step, [.. _columns.Select(Piece)], [.. _percentiles.Select(Piece)]);

        double[] Piece(double[] column)
        {
            double[] piece = new double[_open - from];
            for (int i = 0; i < piece.Length; i++) piece[i] = column[(int)((from + i) % _capacity)];
            return piece;
        }
    }
}
