using NUnit.Framework;
using Smtpd.Mail;
using Smtpd.Mongo.Bson;
using Smtpd.Storage;
using Smtpd.Storage.Mongo;
using Smtpd.Tests.Operations;

namespace Smtpd.Tests.Storage.Mongo;

[TestFixture]
internal sealed class MongoStoreTests : MailStoreContract
{
    private const int TooBig = (16 * 1024 * 1024) + 7;

    protected override IMailStore Create(TemporaryFolder folder) => Create(StoreKind.Mongo, folder);

    private MongoStore Mongo => (MongoStore)Store;

    private Task<long> CountAsync(string collection) => Mongo.Collection(collection).CountAsync(BsonDocument.Empty, default).AsTask();

    [Test]
    public async Task What_was_committed_is_there_after_a_restart_and_for_another_process()
    {
        byte[] large = new byte[1_000_000];
        new Random(1).NextBytes(large);
        MessageId small = Keep(Mail("small")), big = Keep(Mails.New(Staging, large));
        await using MongoStore again = MongoStores.Open(Folder);
        Assert.That((await again.FindAsync(MailScope.Everything, small, default))!.Header.Subject, Is.EqualTo("small"));
        Assert.That(await Mails.ReadAllAsync((await again.OpenSourceAsync(big, default))!), Is.EqualTo(large));
        Assert.That(again.NewestId, Is.EqualTo(big));
    }

    [Test]
    public async Task A_batch_that_is_committed_again_is_there_once()
    {
        ReceivedMail mail = Mail("once"), other = Mail("other");
        mail.GiveId(new MessageId(1, 2, 3));
        other.GiveId(new MessageId(1, 2, 4));
        Store.Commit([mail]);
        Store.Commit([mail, other]);
        Store.Commit([other, mail]);
        Assert.That(await IdsAsync(MailScope.Everything), Is.EqualTo(new[] { other.Id, mail.Id }));
    }

    [TestCase("text")]
    [TestCase("noise")]
    public async Task What_is_too_big_for_a_document_lies_in_a_file_and_goes_with_its_message(string kind)
    {
        byte[] source = new byte[TooBig];
        new Random(1).NextBytes(source);
        if (kind == "text")
            for (int i = 0; i < source.Length; i++) source[i] = (byte)(i % 78 == 77 ? '\n' : 'a' + (source[i] % 26));
        MessageId id = Keep(Mails.New(Staging, source));
        Assert.That(await CountAsync("fs.files"), Is.EqualTo(1));
        Assert.That(await CountAsync("fs.chunks"), Is.EqualTo((TooBig + (255 * 1024) - 1) / (255 * 1024)));
        Assert.That(await Mails.ReadAllAsync((await Store.OpenSourceAsync(id, default))!), Is.EqualTo(source));
        Assert.That((await FindAsync(MailScope.Everything, id)).Size, Is.EqualTo(TooBig));
        await Store.DeleteAsync(MailScope.Everything, [id], default);
        Assert.That(await CountAsync("fs.files") + await CountAsync("fs.chunks"), Is.Zero);
    }

    [Test]
    public async Task The_id_stands_in_the_trace_lines_of_a_file_too()
    {
        ReceivedMail mail = Mails.New(Staging, new byte[TooBig], "alice@local.test");
        MessageBody body = mail.Body;
        Assert.That(body.IsInFile, Is.True);
        while (!Store.WriteAhead(mail)) { }
        mail.GiveId(new MessageId(9, 9, 9));
        Store.Commit([mail]);
        Assert.That(await CountAsync("fs.files"), Is.EqualTo(1));
        Assert.That((await FindAsync(MailScope.Everything, mail.Id)).Size, Is.EqualTo(TooBig));
        mail.Dispose();
    }

    [Test]
    public async Task A_mark_of_a_program_that_knows_no_entries_is_everybodys()
    {
        MessageId id = Keep(Mail("1", "alice@local.test", "bob@local.test"));
        await Mongo.Collection(MongoStores.Collection).UpdateAsync([new(BsonDocument.Of("_id"u8, id), Documents.Of(bson => bson.BeginDocument("$set"u8).Boolean("unread"u8, false).End()))], default);
        foreach (MailScope scope in (MailScope[])[MailScope.Everything, Box("bob@local.test"), Domain("local.test")])
        {
            Assert.That((await FindAsync(scope, id)).Read, Is.True);
            Assert.That(await CountsAsync(scope), Is.EqualTo((1L, 0L)));
        }
        await Store.MarkAsync(Box("bob@local.test"), [id], new Marks(Read: false), default);
        Assert.That((await FindAsync(Box("alice@local.test"), id)).Read, Is.True);
        Assert.That(await CountsAsync(MailScope.Everything), Is.EqualTo((1L, 1L)));
    }

    [Test]
    public async Task Two_processes_change_the_entries_of_a_message_at_once()
    {
        string[] mailboxes = [.. Enumerable.Range(0, 20).Select(n => $"user{n}@local.test")];
        MessageId id = Keep(Mail("1", mailboxes));
        await using MongoStore other = MongoStores.Open(Folder);
        await Task.WhenAll(mailboxes.Select((mailbox, i) => (i % 2 == 0 ? Store : other).MarkAsync(Box(mailbox), [id], new Marks(Read: true, Starred: i == 3), default).AsTask()));
        MessageSummary found = await FindAsync(MailScope.Everything, id);
        Assert.That((found.Read, found.Starred), Is.EqualTo((true, true)));
        Assert.That((await FindAsync(Box(mailboxes[2]), id)).Starred, Is.False);
    }
}

/// <summary>Searches while the words may be written down or not.</summary>
internal sealed class MongoSearchTests : Search.SearchContract
{
    protected override IMailStore Create(TemporaryFolder folder) => Create(StoreKind.Mongo, folder);
}

/// <summary>Searches when all words are written down.</summary>
internal sealed class MongoIndexedSearchTests : Search.SearchContract
{
    protected override IMailStore Create(TemporaryFolder folder) => Create(StoreKind.Mongo, folder);

    protected override void Settle(MessageId newest) =>
        Assert.That(() => ((MongoStore)Store).CountUnindexedAsync().AsTask().GetAwaiter().GetResult(), Is.Zero.After(60).Seconds.PollEvery(20).MilliSeconds);
}
