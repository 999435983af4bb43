using NUnit.Framework;
using Smtpd.Mail;
using Smtpd.Mime;
using Smtpd.Storage;
using Smtpd.Tests.Operations;

namespace Smtpd.Tests.Storage;

/// <summary>Every mailbox has its own entry of a message; a scope sees and changes those in it.</summary>
[TestFixture(StoreKind.Memory), TestFixture(StoreKind.Sqlite), TestFixture(StoreKind.Mongo)]
internal sealed class ScopeTests(StoreKind kind) : StoreFixture
{
    private const string Alice = "alice@local.test", Bob = "bob@local.test", Carol = "carol@other.test";

    protected override IMailStore Create(TemporaryFolder folder) => Create(kind, folder);

    [Test]
    public async Task A_scope_sees_what_went_to_its_mailboxes()
    {
        MessageId alices = Keep(Mail("1", Alice)), both = Keep(Mail("2", Alice, Bob)), carols = Keep(Mail("3", Carol));
        Assert.That(await IdsAsync(Box(Alice)), Is.EqualTo(new[] { both, alices }));
        Assert.That(await IdsAsync(Box(Bob)), Is.EqualTo(new[] { both }));
        Assert.That(await IdsAsync(Box(Bob, Carol)), Is.EqualTo(new[] { carols, both }));
        Assert.That(await IdsAsync(Box(Alice, Bob)), Is.EqualTo(new[] { both, alices }), "a message in two mailboxes is one message");
        Assert.That(await IdsAsync(Domain("local.test")), Is.EqualTo(new[] { both, alices }));
        Assert.That(await IdsAsync(Domain("local.test", "other.test")), Is.EqualTo(new[] { carols, both, alices }));
        Assert.That(await IdsAsync(MailScope.Of([Bob], ["other.test"])), Is.EqualTo(new[] { carols, both }));
        Assert.That(await IdsAsync(MailScope.Nothing), Is.Empty);
        Assert.That(await IdsAsync(Box("nobody@local.test")), Is.Empty);
        Assert.That(await IdsAsync(Domain("nowhere.test")), Is.Empty);
        Assert.That(await Store.LatestAsync(Box(Bob), default), Is.EqualTo(both));
        Assert.That(await Store.LatestAsync(Domain("other.test"), default), Is.EqualTo(carols));
        Assert.That(await Store.LatestAsync(MailScope.Nothing, default), Is.Null);
        Assert.That(await Store.FindAsync(Box(Bob), alices, default), Is.Null);
        Assert.That(await Store.FindAsync(Domain("other.test"), both, default), Is.Null);
        Assert.That((await FindAsync(Box(Bob), both)).Header.Subject, Is.EqualTo("2"));
    }

    [Test]
    public async Task A_scope_pages_by_start_and_by_id()
    {
        MessageId[] ids = [.. Enumerable.Range(0, 12).Select(i => Keep(Mail($"{i}", i % 3 == 0 ? Alice : i % 3 == 1 ? Bob : Carol)))];
        MessageId[] wanted = [ids[10], ids[9], ids[7], ids[6], ids[4], ids[3], ids[1], ids[0]];
        foreach (MailScope scope in (MailScope[])[Box(Alice, Bob), Domain("local.test"), MailScope.Of([Alice, Bob], ["empty.test"])])
        {
            Assert.That(await IdsAsync(scope, start: 0, limit: 3), Is.EqualTo(wanted[..3]));
            Assert.That(await IdsAsync(scope, start: 3, limit: 3), Is.EqualTo(wanted[3..6]));
            Assert.That(await IdsAsync(scope, start: 6, limit: 3), Is.EqualTo(wanted[6..]));
            Assert.That(await IdsAsync(scope, start: 8), Is.Empty);
            Assert.That(await IdsAsync(scope, before: ids[7], limit: 2), Is.EqualTo(wanted[3..5]));
            Assert.That(await IdsAsync(scope, start: 1, before: ids[8], limit: 2), Is.EqualTo(wanted[3..5]));
            Assert.That(await CountsAsync(scope), Is.EqualTo((8L, 8L)));
        }
    }

    [Test]
    public async Task Marks_are_kept_for_each_mailbox()
    {
        MessageId id = Keep(Mail("1", Alice, Bob, Carol));
        Assert.That(await Store.MarkAsync(Box(Alice), [id], new Marks(Read: true, Starred: true), default), Is.EqualTo(1));
        Assert.That(((await FindAsync(Box(Alice), id)).Read, (await FindAsync(Box(Alice), id)).Starred), Is.EqualTo((true, true)));
        Assert.That(((await FindAsync(Box(Bob), id)).Read, (await FindAsync(Box(Bob), id)).Starred), Is.EqualTo((false, false)));
        Assert.That(((await FindAsync(Domain("local.test"), id)).Read, (await FindAsync(Domain("local.test"), id)).Starred), Is.EqualTo((false, true)));
        Assert.That(((await FindAsync(MailScope.Everything, id)).Read, (await FindAsync(MailScope.Everything, id)).Starred), Is.EqualTo((false, true)));
        Assert.That(await CountsAsync(Box(Alice)), Is.EqualTo((1L, 0L)));
        Assert.That(await CountsAsync(Domain("local.test")), Is.EqualTo((1L, 1L)));
        await Store.MarkAsync(Box(Bob), null, new Marks(Read: true), default);
        Assert.That(await CountsAsync(Domain("local.test")), Is.EqualTo((1L, 0L)));
        Assert.That(await CountsAsync(MailScope.Everything), Is.EqualTo((1L, 1L)), "Carol has not read it");
        await Store.MarkAsync(Domain("other.test"), [id], new Marks(Read: true), default);
        Assert.That(await CountsAsync(MailScope.Everything), Is.EqualTo((1L, 0L)));
        await Store.MarkAsync(Box(Alice), [id], new Marks(Read: false, Starred: false), default);
        Assert.That(await CountsAsync(MailScope.Everything), Is.EqualTo((1L, 1L)));
        Assert.That((await FindAsync(Box(Bob), id)).Read, Is.True);
        Assert.That((await FindAsync(MailScope.Everything, id)).Starred, Is.False);
    }

    [Test]
    public async Task Deletion_in_a_scope_leaves_the_others_theirs_and_the_last_one_takes_the_message()
    {
        MessageId shared = Keep(Mail("1", Alice, Bob, Carol)), own = Keep(Mail("2", Alice));
        Assert.That(await Store.DeleteAsync(Box(Alice), null, default), Is.EqualTo(2));
        Assert.That(await IdsAsync(Box(Alice)), Is.Empty);
        Assert.That(await CountsAsync(Box(Alice)), Is.EqualTo((0L, 0L)));
        Assert.That(await Store.FindAsync(MailScope.Everything, own, default), Is.Null);
        Assert.That(await Store.OpenSourceAsync(own, default), Is.Null);
        Assert.That(await CountsAsync(Domain("local.test")), Is.EqualTo((1L, 1L)), "Bob's is there");
        Assert.That(await Store.OpenSourceAsync(shared, default), Is.Not.Null);
        Assert.That(await Store.DeleteAsync(Box(Alice), [shared], default), Is.Zero, "she has none any more");
        Assert.That(await Store.MarkAsync(Box(Alice), [shared], new Marks(Read: true), default), Is.Zero);
        Assert.That(await Store.DeleteAsync(Domain("local.test"), [shared, shared], default), Is.EqualTo(1));
        Assert.That(await CountsAsync(MailScope.Everything), Is.EqualTo((1L, 1L)));
        Assert.That(await Store.DeleteAsync(Box(Carol), [shared], default), Is.EqualTo(1));
        Assert.That(await Store.FindAsync(MailScope.Everything, shared, default), Is.Null);
        Assert.That(await Store.OpenSourceAsync(shared, default), Is.Null);
        Assert.That(await CountsAsync(MailScope.Everything), Is.EqualTo((0L, 0L)));
    }

    [Test]
    public async Task What_is_left_of_a_message_is_unread_and_starred_as_its_entries_are()
    {
        MessageId id = Keep(Mail("1", Alice, Bob));
        await Store.MarkAsync(Box(Bob), [id], new Marks(Read: true), default);
        await Store.MarkAsync(Box(Alice), [id], new Marks(Starred: true), default);
        await Store.DeleteAsync(Box(Alice), [id], default);
        MessageSummary left = await FindAsync(MailScope.Everything, id);
        Assert.That((left.Read, left.Starred), Is.EqualTo((true, false)));
        Assert.That(await CountsAsync(MailScope.Everything), Is.EqualTo((1L, 0L)));
        Assert.That(await CountsAsync(Domain("local.test")), Is.EqualTo((1L, 0L)));
    }

    [Test]
    public async Task Many_messages_of_several_mailboxes_are_changed_once_each()
    {
        for (int i = 0; i < 4; i++) Keep([.. Enumerable.Range(0, 300).Select(n => Mail($"{n}", n % 2 == 0 ? [Alice, Bob] : [Bob, Carol]))]);
        Assert.That(await Store.MarkAsync(Box(Alice, Carol), null, new Marks(Read: true), default), Is.EqualTo(1200));
        Assert.That(await CountsAsync(Box(Bob)), Is.EqualTo((1200L, 1200L)));
        Assert.That(await CountsAsync(Box(Alice, Carol)), Is.EqualTo((1200L, 0L)));
        Assert.That(await Store.MarkAsync(Domain("local.test"), null, new Marks(Starred: true), default), Is.EqualTo(1200));
        Assert.That(await Store.DeleteAsync(Domain("local.test"), null, default), Is.EqualTo(1200));
        Assert.That(await CountsAsync(MailScope.Everything), Is.EqualTo((600L, 0L)));
        Assert.That((await Store.ListAsync(MailScope.Everything, 0, null, 1000, default)).Messages.All(one => one.Read && !one.Starred));
    }

    [Test]
    public async Task A_scope_of_very_many_mailboxes_is_one_list()
    {
        MessageId[] ids = [.. KeepAll([.. Enumerable.Range(0, 300).Select(n => Mail($"{n}", $"user{n}@local.test", $"user{n / 2}@local.test"))])];
        MailScope scope = Box([.. Enumerable.Range(0, 100).Select(n => $"user{n}@local.test")]);
        Assert.That(await IdsAsync(scope), Is.EqualTo(ids[..200].Reverse()));
        Assert.That(await IdsAsync(scope, start: 150, limit: 7), Is.EqualTo(ids[..50].Reverse().Take(7)));
        Assert.That(await CountsAsync(scope), Is.EqualTo((200L, 200L)));
    }

    [Test]
    public async Task Names_that_look_like_patterns_or_statements_are_names()
    {
        const string Odd = "\"a'b\\\"%_[]\"@local.test";
        MessageId id = Keep(Mail("1", Odd));
        string key = Mails.Address(Odd).MailboxKey;
        Assert.That(await IdsAsync(Box(key)), Is.EqualTo(new[] { id }));
        Assert.That(await IdsAsync(Box("%@local.test", "' OR 1=1 --")), Is.Empty);
    }

    [Test]
    public async Task Parts_are_those_of_the_message_whoever_asks()
    {
        MessageId id = Keep(Mail("1", Alice, Bob));
        await Store.DeleteAsync(Box(Alice), [id], default);
        PartTree? parts = await Store.FindPartsAsync(id, default);
        Assert.That(parts!.Parts, Has.Count.EqualTo(1));
    }
}
