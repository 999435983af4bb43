using NUnit.Framework;
using Smtpd.Network;

namespace Smtpd.Tests.Network;

internal sealed class DeadlineWheelTests
{
    private ManualClock _clock = null!;
    private DeadlineWheel _wheel = null!;

    [SetUp]
    public void SetUp()
    {
        _clock = new ManualClock();
        _wheel = new DeadlineWheel(_clock);
    }

    [TearDown]
    public void TearDown() => _wheel.Dispose();

    private sealed class Entry : DeadlineWheel.Entry
    {
        public int Fired { get; private set; }

        protected internal override void OnDeadline() => Fired++;
    }

    private Entry Set(int seconds)
    {
        var entry = new Entry();
        _wheel.Set(entry, TimeSpan.FromSeconds(seconds));
        return entry;
    }

    [TestCase(1)]
    [TestCase(10)]
    [TestCase(300)]
    [TestCase(511)]
    [TestCase(512)]
    [TestCase(513)]
    [TestCase(5000)]
    public void A_deadline_is_never_early_and_at_most_two_seconds_late(int seconds)
    {
        Entry entry = Set(seconds);
        _clock.Pass(seconds);
        Assert.That(entry.Fired, Is.EqualTo(0));
        _clock.Pass(2);
        Assert.That(entry.Fired, Is.GreaterThan(0));
    }

    [Test]
    public void A_later_deadline_replaces_an_earlier_one()
    {
        Entry entry = Set(5);
        for (int i = 0; i < 100; i++)
        {
            _clock.Pass(4);
            _wheel.Set(entry, TimeSpan.FromSeconds(5));
        }
        Assert.That(entry.Fired, Is.EqualTo(0));
        _clock.Pass(7);
        Assert.That(entry.Fired, Is.GreaterThan(0));
    }

    [Test]
    public void A_deadline_brought_forward_holds()
    {
        Entry entry = Set(500);
        _wheel.Set(entry, TimeSpan.FromSeconds(3));
        _clock.Pass(5);
        Assert.That(entry.Fired, Is.GreaterThan(0));
    }

    [Test]
    public void An_entry_that_was_removed_is_forgotten_and_can_come_back()
    {
        Entry entry = Set(3), other = Set(3);
        _wheel.Remove(entry);
        _wheel.Remove(entry);
        _clock.Pass(10);
        Assert.That((entry.Fired, other.Fired > 0), Is.EqualTo((0, true)));
        _wheel.Set(entry, TimeSpan.FromSeconds(3));
        _clock.Pass(5);
        Assert.That(entry.Fired, Is.GreaterThan(0));
    }

    [Test]
    public void After_a_long_stop_of_the_process_everything_that_is_due_is_told()
    {
        Entry[] entries = [.. Enumerable.Range(1, 600).Select(Set)];
        _clock.Jump(1000);
        Assert.That(entries.Select(entry => entry.Fired), Is.All.GreaterThan(0));
    }

    [Test]
    public void Thousands_of_entries_with_changing_deadlines_keep_to_them()
    {
        var random = new Random(7);
        Entry[] entries = [.. Enumerable.Range(0, 5000).Select(_ => new Entry())];
        int[] due = new int[entries.Length];
        for (int now = 0; now < 1000; now++)
        {
            for (int i = 0; i < 50; i++)
            {
                int which = random.Next(entries.Length);
                if (entries[which].Fired > 0) continue;
                int seconds = random.Next(1, 700);
                _wheel.Set(entries[which], TimeSpan.FromSeconds(seconds));
                due[which] = now + seconds;
            }
            _clock.Pass(1);
            for (int i = 0; i < entries.Length; i++)
            {
                if (due[i] == 0) continue;
                if (entries[i].Fired > 0) Assert.That(now + 1, Is.GreaterThan(due[i]), "early");
                else Assert.That(now + 1, Is.LessThanOrEqualTo(due[i] + 2), "late");
            }
            for (int i = 0; i < entries.Length; i++)
            {
                if (entries[i].Fired == 0) continue;
                _wheel.Remove(entries[i]);
                due[i] = 0;
            }
        }
    }
}
