namespace Smtpd.Operations;

/// <summary>
/// What the program has done since it began, in numbers. Counting costs an interlocked add; whatever can be asked for when
/// somebody looks is not counted here.
/// </summary>
internal sealed class Metrics(TimeProvider clock)
{
    private readonly long _started = clock.GetTimestamp();
    private readonly Lock _lock = new();
    private volatile ListenerFigures[] _listeners = [];

    /// <summary>When counting began.</summary>
    public DateTimeOffset Started { get; } = clock.GetUtcNow();

    public TimeSpan Uptime => clock.GetElapsedTime(_started);

    /// <summary>Messages that were stored and answered <c>250</c>.</summary>
    public Counter Accepted { get; } = new();

    /// <summary>Octets of their sources, trace lines included.</summary>
    public Counter AcceptedOctets { get; } = new();

    /// <summary>Messages that were answered <c>250</c> and thrown away, because mail is not kept or they were spam.</summary>
    public Counter Ignored { get; } = new();

    /// <summary>Mail that was turned away: at its sender, at all of its recipients, or at its end.</summary>
    public Counter Rejected { get; } = new();

    /// <summary>Transactions by how they ended.</summary>
    public LabelledCounters Transactions { get; } = new();

    /// <summary>Refusals by SMTP reply and enhanced status code: <c>550 5.7.1</c>.</summary>
    public LabelledCounters Refusals { get; } = new();

    /// <summary>SMTP connections that were accepted.</summary>
    public Counter SmtpConnections { get; } = new();

    /// <summary>SMTP connections that are open.</summary>
    public Counter OpenSmtpConnections { get; } = new();

    /// <summary>Messages, or single entries of them, that readers have deleted.</summary>
    public Counter Deleted { get; } = new();

    /// <summary>Batches that were committed.</summary>
    public Counter Commits { get; } = new();

    /// <summary>Batches that could not be committed.</summary>
    public Counter FailedCommits { get; } = new();

    /// <summary>How long commits took. A batch on a good disk takes half a millisecond, on a bad day of a bad one seconds.</summary>
    public Histogram CommitTimes { get; } = new(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10);

    /// <summary>The same, from a tenth of a millisecond on in steps of a quarter: for percentiles.</summary>
    public Histogram CommitLatency { get; } = Histogram.Logarithmic(0.0001, decades: 5, steps: 10);

    /// <summary>What was turned away, and why.</summary>
    public Rejections Rejections { get; } = new();

    /// <summary>Every listener, in the order in which they were opened.</summary>
    public IReadOnlyList<ListenerFigures> Listeners => _listeners;

    /// <summary>Web requests by the first digit of their answer's status: <c>2xx</c>.</summary>
    public LabelledCounters WebAnswers { get; } = new();

    /// <summary>Web connections that were accepted.</summary>
    public Counter WebConnections { get; } = new();

    /// <summary>Web connections that are open.</summary>
    public Counter OpenWebConnections { get; } = new();

    /// <summary>Web connections that were refused or given up, by why.</summary>
    public LabelledCounters WebRefusals { get; } = new();

    /// <summary>Live connections that are told what happens.</summary>
    public Counter LivePeers { get; } = new();

    /// <summary>Live connections that were dropped because they did not read.</summary>
    public Counter DroppedLivePeers { get; } = new();

    public void Add(ListenerFigures listener)
    {
        lock (_lock) _listeners = [.. _listeners, listener];
    }

    /// <summary>Called by the thread that commits alone.</summary>
    public void ObserveCommit(TimeSpan time)
    {
        CommitTimes.Observe(time);
        CommitLatency.Observe(time);
    }
}
