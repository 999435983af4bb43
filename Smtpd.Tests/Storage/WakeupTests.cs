using NUnit.Framework;
using Smtpd.Storage;

namespace Smtpd.Tests.Storage;

public sealed class WakeupTests
{
    private static readonly TimeSpan _long = TimeSpan.FromSeconds(20);

    [Test]
    public void A_signal_that_comes_first_is_not_lost_and_counts_once()
    {
        using var wakeup = new Wakeup();
        wakeup.Signal();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(wakeup.Wait(_long), Is.True);
            Assert.That(wakeup.Wait(TimeSpan.FromMilliseconds(1)), Is.False);
        }
    }

    [Test]
    public void Each_signal_wakes_one_of_many_threads()
    {
        using var wakeup = new Wakeup();
        using var woken = new CountdownEvent(4);
        Thread[] threads = [.. Enumerable.Range(0, 4).Select(_ => new Thread(() =>
        {
            if (wakeup.Wait()) woken.Signal();
        }))];
        foreach (Thread thread in threads) thread.Start();
        for (int i = 0; i < 4; i++) wakeup.Signal();
        Assert.That(woken.Wait(_long), Is.True, $"{woken.CurrentCount} threads were not woken");
        foreach (Thread thread in threads) Assert.That(thread.Join(_long), Is.True);
    }
}
