using NUnit.Framework;
using Smtpd.Mail;
using Smtpd.Storage;
using Smtpd.Tests.Blackbox.Harness;

namespace Smtpd.Tests.Storage.Spooling;

internal sealed class SpoolingStoreTests : SpoolFixture
{
    [Test]
    public async Task While_all_is_well_mail_goes_straight_to_the_store_behind()
    {
        MessageId id = await StoredAsync("well");
        Assert.That(Behind.WrittenIds, Is.EqualTo(new[] { id }));
        Assert.That(Store.Status.IsInUse, Is.False);
        Assert.That(Store.Status.Forwarded, Is.Zero);
    }

    [TestCase(Mishap.FailsBefore)]
    [TestCase(Mishap.FailsAfter)]
    [TestCase(Mishap.FailsHalfway)]
    [TestCase(Mishap.IsFull)]
    [TestCase(Mishap.Crashes)]
    public async Task Mail_is_taken_and_arrives_once_whatever_the_store_behind_does(object mishap)
    {
        Behind.Next((Mishap)mishap, (Mishap)mishap, (Mishap)mishap);
        MessageId[] ids = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => StoredAsync($"{i}", i * 50)));
        await ForwardedAsync();
        Assert.That(Behind.WrittenIds, Is.EquivalentTo(ids));
        Assert.That(Behind.WasCalledTwiceAtOnce, Is.False);
        MessageId after = await StoredAsync("again");
        Assert.That(Behind.WrittenIds[^1], Is.EqualTo(after));
        Assert.That(Store.Status.Trouble, Is.Null);
    }

    [Test]
    public async Task Known_trouble_is_not_waited_for()
    {
        Behind.Trouble = "elsewhere: no primary";
        Behind.Usual = Mishap.FailsBefore;
        int before = Behind.Commits;
        MessageId id = await StoredAsync("at once");
        Assert.That(Store.Status, Has.Property("IsInUse").True.And.Property("Messages").EqualTo(1).And.Property("ListsMayBeIncomplete").True);
        Assert.That(Store.Trouble, Is.Null, "mail is taken");
        Behind.Trouble = null;
        Behind.Usual = Mishap.None;
        await ForwardedAsync();
        Assert.That(Behind.WrittenIds, Is.EqualTo(new[] { id }));
        Assert.That(Behind.Commits, Is.GreaterThan(before));
    }

    [Test]
    public async Task Only_the_first_message_waits_for_a_store_that_does_not_answer()
    {
        Behind.Next(Mishap.FailsBefore);
        Behind.Usual = Mishap.HangsBefore;
        List<MessageId> ids = [await StoredAsync("first")];
        for (int i = 0; i < 5; i++)
        {
            await Eventually.HoldsAsync(() => Behind.Commits == 2, "the forwarder tries it", Patience);
            ids.Add(await StoredAsync($"meanwhile {i}"));
        }
        Assert.That(Behind.Commits, Is.EqualTo(2), "nobody else has tried it");
        Assert.That(Log.Lines.Where(line => line.Text.Contains("no answer within", StringComparison.Ordinal)), Is.Empty, "and that took no longer than it may");
        Behind.LetGo();
        await ForwardedAsync();
        Assert.That(Behind.WrittenIds, Is.EqualTo(ids));
    }

    [Test]
    public async Task The_end_does_not_wait_for_a_store_that_does_not_answer()
    {
        Behind.Next(Mishap.FailsBefore);
        Behind.Usual = Mishap.HangsBefore;
        MessageId id = await StoredAsync("waits");
        await Eventually.HoldsAsync(() => Behind.Commits == 2, "the forwarder tries it", Patience);
        await CloseAsync();
        Assert.That(Log.Lines.Where(line => line.Text.Contains("no answer within", StringComparison.Ordinal)), Is.Empty, "it was left alone before its time was over");
        Behind.LetGo();
        Open(Folder.Root, Settings);
        await ForwardedAsync();
        Assert.That(Behind.WrittenIds, Is.EqualTo(new[] { id }));
    }

    [Test]
    public async Task Messages_are_forwarded_in_the_order_in_which_they_came()
    {
        Behind.Usual = Mishap.FailsBefore;
        List<MessageId> ids = [];
        for (int i = 0; i < 30; i++) ids.Add(await StoredAsync($"{i}"));
        Behind.Usual = Mishap.None;
        await ForwardedAsync();
        Assert.That(Behind.WrittenIds, Is.EqualTo(ids));
        Assert.That(Store.Status.Forwarded, Is.EqualTo(30));
    }

    [Test]
    public async Task What_comes_while_the_spool_is_emptied_stays_behind_what_came_before()
    {
        Behind.Usual = Mishap.FailsBefore;
        List<MessageId> ids = [];
        for (int i = 0; i < 20; i++) ids.Add(await StoredAsync($"{i}"));
        Behind.Usual = Mishap.None;
        for (int i = 0; i < 50; i++) ids.Add(await StoredAsync($"more {i}"));
        await ForwardedAsync();
        Assert.That(Behind.WrittenIds, Is.EqualTo(ids));
    }

    [Test]
    public async Task Everything_that_is_known_of_a_message_arrives()
    {
        Behind.Usual = Mishap.FailsBefore;
        MessageId id = await StoredAsync("all of it", 3_000_000, "alice@local.test", "bob+tag@local.test");
        MessageSummary spooled = (await Store.FindAsync(MailScope.Everything, id, default))!;
        byte[] source = await Mails.ReadAllAsync((await Store.OpenSourceAsync(id, default))!);
        Behind.Usual = Mishap.None;
        await ForwardedAsync();
        MessageSummary there = (await Behind.FindAsync(MailScope.Everything, id, default))!;
        Assert.That(there.Envelope.To, Is.EqualTo(new[] { "alice@local.test", "bob+tag@local.test" }));
        Assert.That((there.Header.Subject, there.Created, there.Size, there.Envelope.From, there.Envelope.Helo), Is.EqualTo((spooled.Header.Subject, spooled.Created, spooled.Size, spooled.Envelope.From, spooled.Envelope.Helo)));
        Assert.That(await Mails.ReadAllAsync((await Behind.OpenSourceAsync(id, default))!), Is.EqualTo(source));
        Assert.That((await Behind.FindAsync(MailScope.Of(["bob+tag@local.test"], []), id, default)), Is.Not.Null);
    }

    [Test]
    public async Task A_message_that_the_store_refuses_is_refused_and_breaks_no_other()
    {
        Behind.RefusedSubjects.Add("bad");
        (AcceptOutcome outcome, MessageId bad) = await SendAsync("bad");
        Assert.That(outcome, Is.EqualTo(AcceptOutcome.Failed));
        Assert.That(Store.Status.Messages, Is.Zero);
        MessageId good = await StoredAsync("good");
        Assert.That(Behind.WrittenIds, Is.EqualTo(new[] { good }));
        Assert.That(bad, Is.Not.EqualTo(good));
    }

    [Test]
    public async Task A_spooled_message_that_the_store_refuses_stays_and_the_others_go()
    {
        Behind.Usual = Mishap.FailsBefore;
        MessageId first = await StoredAsync("first"), bad = await StoredAsync("bad"), last = await StoredAsync("last");
        Behind.RefusedSubjects.Add("bad");
        Behind.Usual = Mishap.None;
        await Eventually.HoldsAsync(() => Store.Status is { IsInUse: false, Held: 1, Messages: 1 }, "only the refused one stays", Patience);
        MessageId after = await StoredAsync("after");
        Assert.That(Behind.WrittenIds, Is.EqualTo(new[] { first, last, after }));
        Assert.That(await Store.FindAsync(MailScope.Everything, bad, default), Is.Not.Null, "it can be read where it lies");
        Assert.That(Log.Lines.Select(line => line.Text), Has.Some.Contains("refused"));
        // After the next start it is tried again.
        Behind.RefusedSubjects.Clear();
        await CloseAsync();
        Open(Folder.Root, Settings);
        await ForwardedAsync();
        Assert.That(Behind.WrittenIds, Has.Member(bad));
    }

    [Test]
    public async Task Beyond_its_size_the_spool_refuses_as_a_full_disk_does()
    {
        await CloseAsync();
        Open(Folder.Root, Settings with { MostOctets = 100_000 });
        Behind.Usual = Mishap.FailsBefore;
        await StoredAsync("first", 60_000);
        Assert.That((await SendAsync("too much", 60_000)).Outcome, Is.EqualTo(AcceptOutcome.Full));
        Assert.That(Intake.Screen(60_000), Is.EqualTo(AcceptOutcome.Full), "already at MAIL");
        await StoredAsync("fits", 1000);
        Behind.Usual = Mishap.None;
        await ForwardedAsync();
        await StoredAsync("now", 60_000);
        Assert.That(Behind.WrittenIds, Has.Count.EqualTo(3));
    }

    [Test]
    public async Task Marks_tags_and_deletions_in_the_spool_go_along()
    {
        Behind.Usual = Mishap.FailsBefore;
        MessageId read = await StoredAsync("read", 0, "alice@local.test", "bob@local.test"), tagged = await StoredAsync("tagged"), gone = await StoredAsync("gone");
        MessageId mine = await StoredAsync("mine", 0, "alice@local.test", "bob@local.test");
        Behind.IsDeaf = true;
        Behind.Trouble = "elsewhere: no primary";
        MailScope alice = MailScope.Of(["alice@local.test"], []);
        Assert.That(await Store.MarkAsync(alice, [read], new Marks(Read: true, Starred: true), default), Is.EqualTo(1));
        Assert.That(await Store.SetTagsAsync(alice, [tagged], ["later"], default), Is.EqualTo(1));
        Assert.That(await Store.DeleteAsync(MailScope.Everything, [gone], default), Is.EqualTo(1));
        Assert.That(await Store.DeleteAsync(alice, [mine], default), Is.EqualTo(1));
        Behind.IsDeaf = false;
        Behind.Trouble = null;
        Behind.Usual = Mishap.None;
        await ForwardedAsync();
        Assert.That(Behind.WrittenIds, Is.EqualTo(new[] { read, tagged, mine }), "what was deleted is not written");
        MessageSummary forAlice = (await Behind.FindAsync(alice, read, default))!;
        Assert.That((forAlice.Read, forAlice.Starred), Is.EqualTo((true, true)));
        Assert.That((await Behind.FindAsync(MailScope.Of(["bob@local.test"], []), read, default))!.Read, Is.False);
        Assert.That((await Behind.FindAsync(alice, tagged, default))!.Tags, Is.EqualTo(new[] { "later" }));
        Assert.That(await Behind.FindAsync(alice, mine, default), Is.Null);
        Assert.That(await Behind.FindAsync(MailScope.Everything, mine, default), Is.Not.Null);
    }

    [Test]
    public async Task Lists_are_those_of_the_store_behind_and_of_the_spool_while_that_cannot_be_asked()
    {
        MessageId old = await StoredAsync("old");
        Behind.Usual = Mishap.FailsBefore;
        MessageId waiting = await StoredAsync("waiting");
        Assert.That((await Store.ListAsync(MailScope.Everything, 0, null, 10, default)).Messages.Select(one => one.Id), Is.EqualTo(new[] { old }));
        Assert.That(Store.Status.ListsMayBeIncomplete);
        Assert.That((await Store.LatestAsync(MailScope.Everything, default)), Is.EqualTo(waiting));
        Behind.IsDeaf = true;
        Assert.That((await Store.ListAsync(MailScope.Everything, 0, null, 10, default)).Messages.Select(one => one.Id), Is.EqualTo(new[] { waiting }));
        Assert.That(async () => await Store.FindAsync(MailScope.Everything, old, default), Throws.TypeOf<StoreException>(), "nobody knows whether it is there");
        Behind.IsDeaf = false;
        Behind.Usual = Mishap.None;
        await ForwardedAsync();
        Assert.That((await Store.ListAsync(MailScope.Everything, 0, null, 10, default)).Messages.Select(one => one.Id), Is.EqualTo(new[] { waiting, old }));
        Assert.That(Store.Status.ListsMayBeIncomplete, Is.False);
    }

    [Test]
    public async Task A_message_that_is_elsewhere_is_not_waited_for_while_that_is_in_trouble()
    {
        Behind.Trouble = "elsewhere: no primary";
        Behind.Usual = Mishap.FailsBefore;
        MessageId waiting = await StoredAsync("waiting");
        Behind.IsMute = true;
        Assert.That(await Store.FindAsync(MailScope.Everything, waiting, default), Is.Not.Null);
        Task<MessageSummary?> other = Store.FindAsync(MailScope.Everything, new MessageId(1, 2, 3), default).AsTask();
        // A write has 30 seconds in these tests.
        Assert.That(async () => await other.WaitAsync(TimeSpan.FromSeconds(20)), Throws.TypeOf<StoreException>().With.Message.Contains("no primary"));
    }

    [TestCase(300_000)]
    [TestCase(5_000_000)]
    public async Task Large_messages_survive_trouble_at_every_moment(int octets)
    {
        Behind.Trouble = "elsewhere: no primary";
        Behind.Usual = Mishap.FailsBefore;
        MessageId first = await StoredAsync("begun in the spool", octets);
        Behind.Trouble = null;
        Behind.Usual = Mishap.None;
        await ForwardedAsync();
        Behind.Next(Mishap.FailsAfter);
        MessageId second = await StoredAsync("fails with its batch", octets + 1);
        await ForwardedAsync();
        Assert.That(Behind.WrittenIds, Is.EqualTo(new[] { first, second }));
    }
}
