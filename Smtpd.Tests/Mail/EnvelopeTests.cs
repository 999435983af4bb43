using System.Diagnostics;
using NUnit.Framework;
using Smtpd.Mail;

namespace Smtpd.Tests.Mail;

public sealed class EnvelopeTests
{
    [Test]
    public void The_null_reverse_path_is_kept_as_such()
    {
        Assert.That(new Envelope(null, 0).ReversePath, Is.Null);
        Assert.That(new Envelope(new MailAddress("a", "example.com"), 42).DeclaredSize, Is.EqualTo(42));
    }

    [TestCase(3)]
    [TestCase(16)]
    [TestCase(17)]
    [TestCase(500)]
    public void Recipients_are_kept_in_order_and_each_once(int count)
    {
        MailAddress[] all = [.. Enumerable.Range(0, count).Select(i => new MailAddress($"user{i}", "example.com"))];
        var envelope = new Envelope(null, 0);
        foreach (MailAddress one in all)
        {
            envelope.Add(one);
            envelope.Add(one);
            envelope.Add(all[0] with { });
        }
        foreach (MailAddress one in all) envelope.Add(one with { });
        Assert.That(envelope.Recipients, Is.EqualTo(all));
    }

    [Test]
    public void Addresses_that_differ_in_a_letter_are_different_recipients()
    {
        var envelope = new Envelope(null, 0);
        envelope.Add(new MailAddress("a", "example.com"));
        envelope.Add(new MailAddress("b", "example.com"));
        envelope.Add(new MailAddress("a", "example.org"));
        Assert.That(envelope.Recipients, Has.Count.EqualTo(3));
    }

    /// <summary>Searching a list of so many for each of them would take minutes.</summary>
    [Test, CancelAfter(20_000)]
    public void Very_many_recipients_take_linear_time()
    {
        const int Count = 200_000;
        var envelope = new Envelope(null, 0);
        long start = Stopwatch.GetTimestamp();
        for (int round = 0; round < 2; round++)
            for (int i = 0; i < Count; i++) envelope.Add(new MailAddress($"user{i}", "example.com"));
        Assert.That(envelope.Recipients, Has.Count.EqualTo(Count));
        Assert.That(Stopwatch.GetElapsedTime(start), Is.LessThan(TimeSpan.FromSeconds(15)));
    }
}
