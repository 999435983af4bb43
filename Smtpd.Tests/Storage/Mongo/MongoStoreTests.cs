using NUnit.Framework;
using Smtpd.Mail;
using Smtpd.Mongo.Bson;
using Smtpd.Storage;
using Smtpd.Storage.Mongo;
using Smtpd.Tests.Mongo;
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
    public async Task A_large_message_that_is_written_again_leaves_no_second_file()
    {
        byte[] source = new byte[TooBig];
        Array.Fill(source, (byte)'a');
        ReceivedMail mail = Mails.New(Staging, source);
        mail.GiveId(new MessageId(1, 2, 3));
        for (int i = 0; i < 2; i++)
        {
            while (!Store.WriteAhead(mail)) { }
            Store.Commit([mail]);
        }
        mail.Dispose();
        Assert.That((await CountAsync("fs.files"), await CountAsync("fs.chunks")), Is.EqualTo((1L, (long)((TooBig + (255 * 1024) - 1) / (255 * 1024)))));
        Assert.That(await Mails.ReadAllAsync((await Store.OpenSourceAsync(mail.Id, default))!), Is.EqualTo(source));
    }

    [Test]
    public async Task Files_whose_messages_are_not_there_are_cleaned_up_and_those_of_other_collections_are_left()
    {
        byte[] source = new byte[TooBig];
        MessageId id = Keep(Mails.New(Staging, source));
        var files = new MailFiles(Mongo.Collection("fs.files"), Mongo.Collection("fs.chunks"), Mongo.Collection(MongoStores.Collection));
        var elsewhere = new MailFiles(Mongo.Collection("fs.files"), Mongo.Collection("fs.chunks"), Mongo.Collection("Others"));
        ReceivedMail other = Mails.New(Staging, "never committed");
        await files.BeginAsync(other.Body, default);
        await elsewhere.BeginAsync(other.Body, default);
        MessageId file = MailFiles.FileOf((await Mongo.Collection(MongoStores.Collection).FindOneAsync(BsonDocument.Of("_id"u8, id), StoredMail.Make("smtpd.file"), default))!.Value)!.Value;
        await files.LeaveAsync([file], default);
        DateTimeOffset later = DateTimeOffset.UtcNow + TimeSpan.FromHours(3);
        Assert.That(await files.CleanAsync(later, default), Is.EqualTo(1), "the one that no message came for");
        Assert.That(await Mails.ReadAllAsync((await Store.OpenSourceAsync(id, default))!), Is.EqualTo(source), "a deletion that was not done");
        // A process that ended behind the message's deletion and before the file's.
        await files.LeaveAsync([file], default);
        await Mongo.Collection(MongoStores.Collection).DeleteAsync([new(BsonDocument.Of("_id"u8, id))], default);
        Assert.That(await files.CleanAsync(later, default), Is.EqualTo(1));
        Assert.That(await CountAsync("fs.files"), Is.EqualTo(1), "the other collection's");
        other.Dispose();
    }

    [Test]
    public async Task A_mailbox_that_another_process_names_at_the_same_moment_holds_no_mail_up()
    {
        await using StandIn server = await StandIn.StartAsync(StandInOptions.Standalone);
        await using MongoStore store = MongoStores.Open(Folder, server);
        await store.Prepared;
        await server.FailAsync("""["update"]""", """ "errorCode": 11000 """);
        ReceivedMail mail = Mail("named twice");
        mail.GiveId(new MessageId(1, 2, 3));
        store.Commit([mail]);
        mail.Dispose();
        Assert.That((await store.FindAsync(MailScope.Everything, mail.Id, default))!.Header.Subject, Is.EqualTo("named twice"));
    }

    [Test]
    public async Task Words_are_written_by_whoever_took_a_message_and_by_others_only_when_it_was_left()
    {
        ReceivedMail old = Mail("old"), recent = Mail("recent");
        old.GiveId(new MessageId(1_700_000_000, 2, 3));
        recent.GiveId(new MessageId((uint)DateTimeOffset.UtcNow.ToUnixTimeSeconds(), 2, 3));
        Store.Commit([old, recent]);
        Assert.That(() => Mongo.CountUnindexedAsync().AsTask().GetAwaiter().GetResult(), Is.Zero.After(60).Seconds.PollEvery(20).MilliSeconds);
        BsonDocument waits = Documents.Of(bson => bson.BeginDocument("$set"u8).Boolean("unindexed"u8, true).End().BeginDocument("$unset"u8).String("words"u8, "").End());
        foreach (MessageId id in (MessageId[])[old.Id, recent.Id]) await Mongo.Collection(MongoStores.Collection).UpdateAsync([new(BsonDocument.Of("_id"u8, id), waits)], default);
        await using MongoStore other = MongoStores.Open(Folder);
        Assert.That(() => other.CountUnindexedAsync().AsTask().GetAwaiter().GetResult(), Is.EqualTo(1).After(60).Seconds.PollEvery(20).MilliSeconds);
        Assert.That(await Mongo.Collection(MongoStores.Collection).CountAsync(Documents.Of(bson => bson.ObjectId("_id"u8, recent.Id).Boolean("unindexed"u8, true)), default), Is.EqualTo(1));
        old.Dispose();
        recent.Dispose();
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
