using NUnit.Framework;
using Smtpd.Operations;

namespace Smtpd.Tests.Operations;

/// <summary>A series that rolls over, and what becomes of the time in which nobody looked.</summary>
public sealed class SeriesWindowTests
{
    private static readonly Histogram s_latency = new(0.001, 0.01, 0.1);

    private static SeriesWindow New(int step = 1, int capacity = 10) => new(step, capacity, [SeriesKind.Count, SeriesKind.Peak, SeriesKind.Level], s_latency);

    private static double[] Counts(SeriesSlice slice) => slice.Columns[0];

    [Test]
    public void Nothing_is_there_before_the_first_span_has_ended()
    {
        SeriesWindow window = New();
        SeriesSlice slice = window.Read(0);
        Assert.That((slice.From, slice.Until, Counts(slice).Length), Is.EqualTo((0, 0, 0)));
        window.Observe(1000, [5, 1, 1]);
        slice = window.Read(0);
        Assert.That((slice.From, slice.Until, Counts(slice).Length), Is.EqualTo((1000, 1000, 0)));
        window.Observe(1001, [7, 2, 3]);
        slice = window.Read(0);
        Assert.That((slice.From, slice.Until), Is.EqualTo((1000, 1001)));
        Assert.That(slice.Columns.Select(one => one.Single()), Is.EqualTo(new double[] { 2, 2, 3 }), "what was before the first look is nobody's");
    }

    [Test]
    public void The_oldest_make_room_and_a_client_gets_what_it_has_not()
    {
        SeriesWindow window = New(capacity: 5);
        for (int i = 0; i <= 12; i++) window.Observe(1000 + i, [i * i, i, i]);
        SeriesSlice slice = window.Read(0);
        Assert.That((slice.From, slice.Until), Is.EqualTo((1007, 1012)));
        Assert.That(Counts(slice), Is.EqualTo(new double[] { 15, 17, 19, 21, 23 }));
        slice = window.Read(1010);
        Assert.That((slice.From, slice.Until), Is.EqualTo((1010, 1012)));
        Assert.That(Counts(slice), Is.EqualTo(new double[] { 21, 23 }));
        Assert.That(Counts(window.Read(1012)), Is.Empty);
        slice = window.Read(long.MaxValue);
        Assert.That((slice.From, slice.Until, Counts(slice).Length), Is.EqualTo((1012, 1012, 0)), "a client from the future");
    }

    [Test]
    public void Minutes_have_the_sum_the_peak_and_the_last_of_their_seconds()
    {
        SeriesWindow window = New(step: 60);
        for (int i = 0; i <= 120; i++) window.Observe(6000 + i, [3 * i, i == 30 ? 99 : i % 7, i]);
        SeriesSlice slice = window.Read(0);
        Assert.That((slice.From, slice.Until, slice.Step), Is.EqualTo((6000, 6120, 60)));
        Assert.That(Counts(slice), Is.EqualTo(new double[] { 180, 180 }));
        Assert.That(slice.Columns[1], Is.EqualTo(new double[] { 99, 6 }));
        Assert.That(slice.Columns[2], Is.EqualTo(new double[] { 60, 120 }));
        Assert.That(window.Read(6001).From, Is.EqualTo(6060), "a minute that began before it is not asked for");
    }

    [Test]
    public void A_delay_is_bridged_and_loses_nothing()
    {
        SeriesWindow window = New();
        window.Observe(1000, [0, 1, 1]);
        window.Observe(1001, [10, 1, 1]);
        window.Observe(1004, [40, 7, 8]);
        window.Observe(1004, [41, 9, 8]);
        window.Observe(1005, [45, 2, 2]);
        SeriesSlice slice = window.Read(0);
        Assert.That(Counts(slice), Is.EqualTo(new double[] { 10, 10, 10, 10, 5 }));
        Assert.That(slice.Columns[1], Is.EqualTo(new double[] { 1, 7, 7, 7, 9 }));
        Assert.That(slice.Columns[2], Is.EqualTo(new double[] { 1, 8, 8, 8, 2 }));
    }

    [Test]
    public void While_the_computer_slept_nothing_is_known()
    {
        SeriesWindow window = New(capacity: 20);
        window.Observe(1000, [0, 1, 1]);
        window.Observe(1001, [5, 1, 1]);
        window.Observe(1011, [15, 4, 6]);
        SeriesSlice slice = window.Read(0);
        Assert.That(Counts(slice), Is.EqualTo(new double[] { 5, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 }));
        Assert.That(slice.Columns[2][1..^1], Is.All.NaN);
        Assert.That((slice.Columns[2][^1], slice.Columns[1][^1]), Is.EqualTo((6d, 4d)));
    }

    [Test]
    public void A_sleep_longer_than_the_window_leaves_no_more_than_it_holds()
    {
        SeriesWindow window = New(capacity: 5);
        window.Observe(1000, [0, 1, 1]);
        window.Observe(1_000_000, [5, 1, 1]);
        SeriesSlice slice = window.Read(0);
        Assert.That((slice.From, slice.Until, Counts(slice).Length), Is.EqualTo((999_995, 1_000_000, 5)));
    }

    [Test]
    public void A_clock_that_is_set_back_begins_anew_and_one_that_trembles_does_not()
    {
        SeriesWindow window = New();
        window.Observe(1000, [0, 1, 1]);
        window.Observe(1001, [1, 1, 1]);
        window.Observe(1000, [2, 1, 1]);
        window.Observe(1002, [4, 1, 1]);
        Assert.That(Counts(window.Read(0)).Sum(), Is.EqualTo(4));
        window.Observe(500, [9, 1, 1]);
        Assert.That((window.Read(0).From, window.Read(0).Until), Is.EqualTo((500, 500)));
        window.Observe(501, [10, 1, 1]);
        Assert.That(Counts(window.Read(0)), Is.EqualTo(new double[] { 1 }));
    }

    [Test]
    public void A_figure_that_is_not_known_is_no_number_and_spoils_no_peak()
    {
        SeriesWindow window = New();
        window.Observe(1000, [0, 1, double.NaN]);
        window.Observe(1000, [0, 3, double.NaN]);
        window.Observe(1001, [0, double.NaN, double.NaN]);
        Assert.That((window.Read(0).Columns[1][0], window.Read(0).Columns[2][0]), Is.EqualTo((3d, double.NaN)));
    }

    [Test]
    public void Percentiles_are_those_of_the_span()
    {
        var latency = new Histogram(0.001, 0.01, 0.1);
        var window = new SeriesWindow(1, 10, [], latency);
        latency.Observe(TimeSpan.FromSeconds(5));
        window.Observe(1000, []);
        for (int i = 0; i < 90; i++) latency.Observe(TimeSpan.FromMilliseconds(0.5));
        for (int i = 0; i < 10; i++) latency.Observe(TimeSpan.FromMilliseconds(50));
        window.Observe(1001, []);
        window.Observe(1002, []);
        SeriesSlice slice = window.Read(0);
        Assert.That(slice.Percentiles[0][0], Is.InRange(0.0005, 0.001));
        Assert.That(slice.Percentiles[1][0], Is.InRange(0.01, 0.1));
        Assert.That(slice.Percentiles[2][0], Is.InRange(slice.Percentiles[1][0], 0.1));
        Assert.That(slice.Percentiles.Select(one => one[1]), Is.All.NaN, "nothing happened");
    }

    [Test]
    public void A_percentile_above_all_bounds_is_the_highest_and_the_fine_bounds_are_within_a_quarter()
    {
        var latency = Histogram.Logarithmic(0.0001, decades: 5, steps: 10);
        long[] before = latency.Cumulative();
        latency.Observe(TimeSpan.FromHours(1));
        Assert.That(Histogram.Percentile(latency.Bounds, before, latency.Cumulative(), 0.5), Is.EqualTo(10).Within(0.001));
        foreach (double seconds in (double[])[0.0002, 0.0037, 0.05, 1.7])
        {
            before = latency.Cumulative();
            for (int i = 0; i < 100; i++) latency.Observe(TimeSpan.FromSeconds(seconds));
            Assert.That(Histogram.Percentile(latency.Bounds, before, latency.Cumulative(), 0.99), Is.EqualTo(seconds).Within(26).Percent);
        }
    }
}
