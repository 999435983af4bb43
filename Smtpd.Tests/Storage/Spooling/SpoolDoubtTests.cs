using NUnit.Framework;
using Smtpd.Mail;
using Smtpd.Storage.Spooling;
using Smtpd.Tests.Blackbox.Harness;

namespace Smtpd.Tests.Storage.Spooling;

/// <summary>Writes of which nobody knows how they ended, and processes that end in the middle of them.</summary>
internal sealed class SpoolDoubtTests : SpoolFixture
{
    private static readonly TimeSpan _short = TimeSpan.FromMilliseconds(200);

    protected override SpoolSettings Settings { get; } = new(_short, 64 * 1024 * 1024) { RetryInterval = TimeSpan.FromMilliseconds(20) };

    [TestCase(Mishap.HangsAfter)]
    [TestCase(Mishap.HangsBefore)]
    public async Task A_write_that_hangs_holds_nobody_up_and_counts_once_when_it_comes_back(object mishap)
    {
        Behind.Next((Mishap)mishap);
        MessageId doubtful = await StoredAsync("in doubt", 3_000_000);
        MessageId next = await StoredAsync("behind it");
        Assert.That(Store.Status.IsInUse, "while the old write hangs nothing else is begun there");
        Assert.That(Behind.WasCalledTwiceAtOnce, Is.False);
        Behind.LetGo();
        await ForwardedAsync();
        Assert.That(Behind.WrittenIds, Is.EqualTo(new[] { doubtful, next }));
        Assert.That(Behind.WasCalledTwiceAtOnce, Is.False);
    }

    [Test]
    public async Task A_list_that_hangs_is_the_spools_as_soon_as_mail_goes_there()
    {
        Behind.IsMute = true;
        Task<MessagePage> list = Store.ListAsync(MailScope.Everything, 0, null, 10, default).AsTask();
        Behind.Usual = Mishap.FailsBefore;
        MessageId waiting = await StoredAsync("waiting");
        Assert.That((await list.WaitAsync(TimeSpan.FromSeconds(15))).Messages.Select(one => one.Id), Is.EqualTo(new[] { waiting }));
        Assert.That(Store.Status.ListsMayBeIncomplete);
    }

    [Test]
    public async Task Batches_that_are_too_much_at_once_are_forwarded_in_smaller_ones()
    {
        Behind.Usual = Mishap.FailsBefore;
        List<MessageId> ids = [];
        for (int i = 0; i < 30; i++) ids.Add(await StoredAsync($"{i}"));
        Behind.MostMessages = 2;
        Behind.Usual = Mishap.None;
        await ForwardedAsync();
        Assert.That(Behind.WrittenIds, Is.EqualTo(ids));
    }

    [Test]
    public async Task A_killed_process_leaves_every_acknowledged_message_and_its_successor_writes_each_once()
    {
        Behind.Usual = Mishap.FailsBefore;
        List<MessageId> ids = [];
        for (int i = 0; i < 25; i++) ids.Add(await StoredAsync($"{i}", i == 7 ? 900_000 : 10));
        await StopForwardingAsync();
        string killed = Snapshot();
        Behind.Usual = Mishap.None;
        await ReopenAsync(killed);
        await ForwardedAsync();
        Assert.That(Behind.WrittenIds, Is.EqualTo(ids));
    }

    [Test]
    public async Task A_process_killed_between_write_and_removal_writes_nothing_twice()
    {
        Behind.Usual = Mishap.FailsBefore;
        List<MessageId> ids = [];
        for (int i = 0; i < 10; i++) ids.Add(await StoredAsync($"{i}"));
        string? killed = null;
        // The forwarder is within the commit and nobody sends: the files are as a kill at this moment would leave them.
        Behind.Written = () => killed ??= Snapshot();
        Behind.Usual = Mishap.None;
        await ForwardedAsync();
        Behind.Written = null;
        Assert.That(killed, Is.Not.Null);
        await ReopenAsync(killed!);
        Assert.That(Store.Status.Messages, Is.EqualTo(10), "the snapshot has them all");
        await ForwardedAsync();
        Assert.That(Behind.WrittenIds, Is.EqualTo(ids));
    }

    [Test]
    public async Task A_process_killed_after_a_write_in_doubt_was_spooled_writes_it_once()
    {
        Behind.Next(Mishap.FailsAfter);
        Behind.Usual = Mishap.FailsBefore;
        MessageId id = await StoredAsync("in doubt");
        Assert.That(Behind.WrittenIds, Is.EqualTo(new[] { id }), "it had been done");
        await StopForwardingAsync();
        string killed = Snapshot();
        Behind.Usual = Mishap.None;
        await ReopenAsync(killed);
        await ForwardedAsync();
        Assert.That(Behind.WrittenIds, Is.EqualTo(new[] { id }));
        Assert.That((await Store.ListAsync(MailScope.Everything, 0, null, 10, default)).Total, Is.EqualTo(1));
    }

    [Test]
    public async Task New_ids_are_greater_than_those_that_wait_from_the_last_time()
    {
        Behind.Usual = Mishap.FailsBefore;
        MessageId before = await StoredAsync("before");
        await CloseAsync();
        Open(Folder.Root, Settings);
        MessageId after = await StoredAsync("after");
        Assert.That(after, Is.GreaterThan(before));
        Behind.Usual = Mishap.None;
        await ForwardedAsync();
        Assert.That(Behind.WrittenIds, Is.EqualTo(new[] { before, after }));
    }

    [Test]
    public async Task Load_through_every_kind_of_mishap_loses_nothing_and_doubles_nothing()
    {
        var random = new Random(8);
        Mishap[] kinds = [Mishap.None, Mishap.FailsBefore, Mishap.FailsAfter, Mishap.FailsHalfway, Mishap.IsFull, Mishap.Crashes];
        Behind.Next([.. Enumerable.Range(0, 60).Select(_ => kinds[random.Next(kinds.Length)])]);
        MessageId[] ids = await Task.WhenAll(Enumerable.Range(0, 400).Select(i => StoredAsync($"{i}", i % 40 == 0 ? 300_000 : i)));
        await Eventually.HoldsAsync(() => Store.Status is { IsInUse: false, Messages: 0 }, "all is forwarded", Patience);
        Assert.That(Behind.WrittenIds, Is.EquivalentTo(ids).And.Unique);
        Assert.That(Behind.WasCalledTwiceAtOnce, Is.False);
    }

    /// <summary>Waits until the forwarder rests, so that the files are still while they are copied.</summary>
    private async Task StopForwardingAsync()
    {
        Behind.Usual = Mishap.FailsBefore;
        int commits = Behind.Commits;
        await Eventually.HoldsAsync(() => Behind.Commits > commits, "the forwarder has failed once more", Patience);
    }

    private async Task ReopenAsync(string folder)
    {
        Behind.Usual = Mishap.FailsBefore;
        await CloseAsync();
        Behind.Usual = Mishap.None;
        Open(folder, Settings);
    }
}
