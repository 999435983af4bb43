using NUnit.Framework;
using Smtpd.Operations;
using Smtpd.Tests.Network;
using Smtpd.Tests.Web;

namespace Smtpd.Tests.Operations;

/// <summary>Figures that are followed through time, by a clock that stands still.</summary>
public sealed class TimelineTests
{
    private readonly ManualClock _clock = new();

    [Test]
    public void Every_second_and_every_minute_is_followed_and_memory_is_bounded()
    {
        var metrics = new Metrics(_clock);
        using var timeline = new Timeline(_clock, metrics);
        Assert.That(timeline.Read(byMinute: false, 0).Columns, Is.Empty, "before it begins");
        timeline.Start([new(SeriesKind.Count, () => metrics.Accepted.Value), new(SeriesKind.Level, () => metrics.OpenSmtpConnections.Value)]);
        for (int i = 0; i < 2000; i++)
        {
            metrics.Accepted.Add(2);
            _clock.Pass(1);
        }
        SeriesSlice seconds = timeline.Read(byMinute: false, 0), minutes = timeline.Read(byMinute: true, 0);
        Assert.That(seconds.Columns[0], Has.Length.EqualTo(Timeline.MostSeconds).And.All.EqualTo(2));
        Assert.That(seconds.Until, Is.EqualTo(_clock.GetUtcNow().ToUnixTimeSeconds()));
        Assert.That(minutes.Columns[0], Has.Length.InRange(32, 34));
        Assert.That(minutes.Columns[0][1..], Is.All.EqualTo(120));
        Assert.That(minutes.From % 60, Is.Zero);
        for (int i = 0; i < 3000; i++) _clock.Jump(60);
        Assert.That(timeline.Read(byMinute: true, 0).Columns[0], Has.Length.EqualTo(Timeline.MostMinutes));
    }

    [Test]
    public void The_last_minute_of_commits_is_told_and_forgotten()
    {
        var metrics = new Metrics(_clock);
        using var timeline = new Timeline(_clock, metrics);
        timeline.Start([]);
        Assert.That(timeline.CommitPercentiles(), Is.All.Null);
        metrics.ObserveCommit(TimeSpan.FromMilliseconds(3));
        Assert.That(timeline.CommitPercentiles()[2], Is.EqualTo(0.003).Within(30).Percent);
        _clock.Pass(55);
        Assert.That(timeline.CommitPercentiles()[0], Is.Not.Null);
        _clock.Pass(10);
        Assert.That(timeline.CommitPercentiles(), Is.All.Null);
    }

    [Test]
    public void A_figure_that_fails_is_not_known_and_said_once()
    {
        var log = new ListLog();
        using var timeline = new Timeline(_clock, new Metrics(_clock), log);
        timeline.Start([new(SeriesKind.Level, () => throw new IOException("no such disk")), new(SeriesKind.Level, () => 3)]);
        _clock.Pass(3);
        SeriesSlice slice = timeline.Read(byMinute: false, 0);
        Assert.That((slice.Columns[0][0], slice.Columns[1][0]), Is.EqualTo((double.NaN, 3d)));
        Assert.That(log.Lines.Count(line => line.Text.Contains("no such disk", StringComparison.Ordinal)), Is.EqualTo(1));
    }
}
