using NUnit.Framework;
using Smtpd.Mail;
using Smtpd.Mongo.Bson;
using Smtpd.Storage;
using Smtpd.Storage.Mongo;
using Smtpd.Tests.Mongo;
using Smtpd.Tests.Operations;

namespace Smtpd.Tests.Storage.Mongo;

/// <summary>What one process does the others tell, once, and nobody tells his own.</summary>
internal sealed class FollowerTests : StoreFixture
{
    private readonly MailFeed _feed = new();

    protected override IMailStore Create(TemporaryFolder folder) => Create(StoreKind.Mongo, folder);

    [Test]
    public async Task News_of_another_process_are_told_by_a_change_stream()
    {
        await using MongoStore other = MongoStores.Open(Folder);
        await FollowAsync(other, MongoStores.Server);
    }

    [Test]
    public async Task News_of_another_process_are_told_where_there_is_no_change_stream()
    {
        await using StandIn alone = await StandIn.StartAsync(StandInOptions.Standalone);
        await using MongoStore first = MongoStores.Open(Folder, alone), other = MongoStores.Open(Folder, alone);
        using MailFeed.Subscription news = _feed.Subscribe();
        first.Follow(_feed);
        await TellsAsync(news, () => Commit(other, "from elsewhere"), (told, id) => told.Kind == MailEventKind.New && told.Id == id && told.Message!.Header.Subject == "from elsewhere");
    }

    private async Task FollowAsync(MongoStore other, StandIn server)
    {
        Assert.That(server, Is.Not.Null);
        using MailFeed.Subscription news = _feed.Subscribe();
        ((MongoStore)Store).Follow(_feed);
        // A first message shows that the stream is open: what came before it was not told.
        MessageId id = await TellsAsync(news, () => Commit(other, "from elsewhere"), (told, one) => told.Kind == MailEventKind.New && told.Id == one);
        Keep(Mail("our own"));
        await Store.MarkAsync(MailScope.Everything, [id], new Marks(Starred: true), default);
        await other.Collection(MongoStores.Collection).UpdateAsync([new(BsonDocument.Of("_id"u8, id), Documents.Of(bson => bson.BeginDocument("$set"u8).Boolean("unread"u8, false).End()))], default);
        MailEvent changed = await NextAsync(news, told => told.Kind != MailEventKind.New || told.Id == id);
        Assert.That((changed.Kind, changed.Id, changed.Marks), Is.EqualTo((MailEventKind.Changed, id, new Marks(Read: true))), "neither our message nor our mark is told again");
        await other.DeleteAsync(MailScope.Everything, [id], default);
        MailEvent deleted = await NextAsync(news, _ => true);
        Assert.That((deleted.Kind, deleted.Id), Is.EqualTo((MailEventKind.Deleted, id)));
    }

    private MessageId Commit(MongoStore store, string subject)
    {
        ReceivedMail mail = Mail(subject);
        mail.GiveId(new MessageIdSource(default, TimeProvider.System).Next());
        store.Commit([mail]);
        mail.Dispose();
        return mail.Id;
    }

    /// <summary>Commits messages until one is told: the follower may not have begun yet.</summary>
    private static async Task<MessageId> TellsAsync(MailFeed.Subscription news, Func<MessageId> commit, Func<MailEvent, MessageId, bool> isMeant)
    {
        var committed = new HashSet<MessageId>();
        using var deadline = new CancellationTokenSource(StandIn.Deadline);
        await using IAsyncEnumerator<MailEvent> events = news.ReadAllAsync(deadline.Token).GetAsyncEnumerator();
        Task<bool> next = events.MoveNextAsync().AsTask();
        while (true)
        {
            committed.Add(commit());
            if (await Task.WhenAny(next, Task.Delay(TimeSpan.FromSeconds(1), deadline.Token)) != next) continue;
            Assert.That(await next, Is.True);
            MailEvent told = events.Current;
            Assert.That(committed.Any(id => isMeant(told, id)), Is.True, $"{told.Kind} {told.Id}");
            return told.Id;
        }
    }

    private static async Task<MailEvent> NextAsync(MailFeed.Subscription news, Func<MailEvent, bool> isMeant)
    {
        using var deadline = new CancellationTokenSource(StandIn.Deadline);
        await foreach (MailEvent told in news.ReadAllAsync(deadline.Token))
            if (isMeant(told)) return told;
        throw new InvalidOperationException("The feed has ended.");
    }
}
