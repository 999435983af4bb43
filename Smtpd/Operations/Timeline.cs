namespace Smtpd.Operations;

/// <summary>
/// Follows figures of the program through time, for plots: each second of the last minutes and each minute of the last day, in memory
/// that does not grow. Reads them once a second on a thread of the pool; what is counted does not know of it.
/// </summary>
internal sealed class Timeline(TimeProvider clock, Metrics metrics, Log? log = null) : IDisposable
{
    /// <summary>Ten minutes: what a screen shows in detail.</summary>
    public const int MostSeconds = 600;

    /// <summary>A day.</summary>
    public const int MostMinutes = 1440;

    /// <summary>Over so many seconds <see cref="CommitPercentiles"/> looks back.</summary>
    private const int LatencySeconds = 60;

    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly Queue<long[]> _latencies = new();
    private IReadOnlyList<SeriesSource> _sources = [];
    private double[] _readings = [];
    private SeriesWindow _seconds = new(1, MostSeconds, [], metrics.CommitLatency);
    private SeriesWindow _minutes = new(60, MostMinutes, [], metrics.CommitLatency);
    private ITimer? _timer;
    private bool _isTroubled;

    /// <summary>Begins to follow these; called once.</summary>
    public void Start(IReadOnlyList<SeriesSource> sources)
    {
        lock (_lock)
        {
            SeriesKind[] kinds = [.. sources.Select(one => one.Kind)];
            (_sources, _readings) = (sources, new double[sources.Count]);
            (_seconds, _minutes) = (new SeriesWindow(1, MostSeconds, kinds, metrics.CommitLatency), new SeriesWindow(60, MostMinutes, kinds, metrics.CommitLatency));
            _timer = clock.CreateTimer(static line => ((Timeline)line!).Tick(), this, s_second, s_second);
        }
        Tick();
    }

    private void Tick()
    {
        lock (_lock)
        {
            for (int i = 0; i < _readings.Length; i++) _readings[i] = Read(_sources[i]);
            long second = clock.GetUtcNow().ToUnixTimeSeconds();
            _seconds.Observe(second, _readings);
            _minutes.Observe(second, _readings);
            if (_latencies.Count > LatencySeconds) _latencies.Dequeue();
            _latencies.Enqueue(metrics.CommitLatency.Cumulative());
        }
    }

    private double Read(SeriesSource source)
    {
        try
        {
            return source.Read();
        }
        catch (Exception failure)
        {
            // On a timer's thread it would end the process, and all this is for is to be looked at.
            if (!_isTroubled) log?.Warn($"status: a figure cannot be read: {failure.Message}");
            _isTroubled = true;
            return double.NaN;
        }
    }

    /// <param name="byMinute">True for the minutes of the day, false for the last seconds.</param>
    /// <param name="since">Only spans that began at that second of Unix time or later.</param>
    public SeriesSlice Read(bool byMinute, long since)
    {
        lock (_lock) return (byMinute ? _minutes : _seconds).Read(since);
    }

    /// <summary>How long commits of the last minute took at most, for each of <see cref="SeriesWindow.Parts"/>; null where there was none.</summary>
    public IReadOnlyList<double?> CommitPercentiles()
    {
        lock (_lock)
        {
            long[] now = metrics.CommitLatency.Cumulative(), before = _latencies.TryPeek(out long[]? oldest) ? oldest : new long[now.Length];
            return [.. SeriesWindow.Parts.Select(part => Histogram.Percentile(metrics.CommitLatency.Bounds, before, now, part))];
        }
    }

    public void Dispose()
    {
        lock (_lock) _timer?.Dispose();
    }
}
