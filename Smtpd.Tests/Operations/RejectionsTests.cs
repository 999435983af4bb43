using System.Net;
using NUnit.Framework;
using Smtpd.Operations;

namespace Smtpd.Tests.Operations;

/// <summary>What is kept of what was turned away.</summary>
public sealed class RejectionsTests
{
    private static Rejection New(string to, string helo = "client.test") =>
        new(DateTimeOffset.UnixEpoch, IPAddress.Loopback, helo, "", "ann@remote.test", to, 1, "550 5.1.2 No", RejectionReason.Recipient, "smtp 127.0.0.1:25");

    [Test]
    public void The_newest_come_first_and_the_oldest_make_room()
    {
        var rejections = new Rejections();
        Assert.That(rejections.Last(10), Is.Empty);
        for (int i = 1; i <= Rejections.MostKept + 50; i++) rejections.Keep(New($"{i}@local.test"));
        Assert.That(rejections.Total, Is.EqualTo(Rejections.MostKept + 50));
        Assert.That(rejections.Last(2).Select(one => one.To), Is.EqualTo(new[] { $"{Rejections.MostKept + 50}@local.test", $"{Rejections.MostKept + 49}@local.test" }));
        Assert.That(rejections.Last(1000), Has.Count.EqualTo(Rejections.MostKept));
        Assert.That(rejections.Last(1000)[^1].To, Is.EqualTo("51@local.test"));
    }

    [Test]
    public void Texts_of_clients_are_cut_and_never_in_the_middle_of_a_letter()
    {
        Assert.That(New("x", new string('h', 5000)).Helo, Is.EqualTo(new string('h', Rejection.MostLetters)));
        Assert.That(New("x", new string('h', Rejection.MostLetters - 1) + "😀").Helo, Is.EqualTo(new string('h', Rejection.MostLetters - 1)));
    }

    [Test]
    public async Task Many_threads_keep_all_they_count()
    {
        var rejections = new Rejections();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            for (int i = 0; i < 1000; i++)
            {
                rejections.Count(RejectionReason.Spam);
                rejections.Keep(New("x"));
                Assert.That(rejections.Last(50), Has.None.Null);
            }
        })));
        Assert.That((rejections.Of(RejectionReason.Spam), rejections.Total, rejections.Of(RejectionReason.Store)), Is.EqualTo((8000, 8000, 0)));
    }
}
