using System.Collections.Concurrent;
using NUnit.Framework;
using Smtpd.Accounts;
using Smtpd.Mail;
using Smtpd.Mongo;
using Smtpd.Mongo.Bson;
using Smtpd.Storage;
using Smtpd.Storage.Mongo;
using Smtpd.Storage.Search;
using Smtpd.Tests.Mongo;
using Smtpd.Tests.Operations;
using Smtpd.Tests.Web;

namespace Smtpd.Tests.Storage.Mongo;

/// <summary>Lists may be read from a member that lags; what is changed or deleted never depends on it.</summary>
[CancelAfter(60_000)]
internal sealed class LaggingMemberTests
{
    private const string Message = "5be0f1f2a1b2c3d4e5f60718", File = "5be0f1f2a1b2c3d4e5f607ff";

    private static CancellationToken Token => TestContext.CurrentContext.CancellationToken;

    [Test]
    public async Task A_file_to_which_a_message_points_is_kept_though_the_member_that_lags_shows_no_such_message()
    {
        await using var set = new TwoMembers();
        await using MongoClient client = set.Connect();
        StoreCollection files = Of("fs.files"), mails = Of("Messages");
        Assert.That(await mails.FindAllAsync(BsonDocument.Of("smtpd.file"u8, 1), FindOptions.None, Token), Is.Empty, "as readPreference says");
        Assert.That(await new MailFiles(files, Of("fs.chunks"), mails).CleanAsync(DateTimeOffset.UtcNow, Token), Is.Zero);
        Assert.That(set.Primary.Said.Select(command => command.First.NameText), Does.Contain("update").And.Not.Contain("delete"), "noted as kept");

        StoreCollection Of(string name) => new(client.Collection("db", name));
    }

    [Test]
    public async Task Nothing_that_changes_or_deletes_reads_from_it()
    {
        using var folder = new TemporaryFolder();
        await using var set = new TwoMembers();
        var settings = new MongoStoreSettings("db", "Messages") { Domain = "mx.test", StagingFolder = folder.Root };
        await using var store = new MongoStore(set.Connect(), settings, new ListLog());
        await store.Prepared.WaitAsync(Token);
        Assert.That(MessageId.TryParse(Message, out MessageId id), Is.True);
        MailScope alice = MailScope.Of(["alice@local.test"], []);
        Assert.That(SearchQuery.TryParse("is:read banana", TimeZoneInfo.Utc, DateTimeOffset.UtcNow, out SearchQuery? query, out _), Is.True);

        Assert.That(await store.MarkAsync(alice, [id], new Marks(Read: true), Token), Is.EqualTo(1));
        Assert.That(await store.SetTagsAsync(alice, [id], ["x"], Token), Is.EqualTo(1));
        await store.RenameTagAsync(alice, "x", "y", Token);
        Assert.That(await store.DeleteAsync(alice, [id], Token), Is.EqualTo(1));
        Assert.That(await store.DeleteAsync(MailScope.Everything, [id], Token), Is.EqualTo(1));
        await store.DeleteAsync(MailScope.Everything, null, Token);
        await foreach (IReadOnlyList<MessageId> matches in store.MatchAsync(alice, query!, Token)) Assert.That(matches, Is.Not.Empty);
        Assert.That(OriginalCredential.TryParse("deadbeefb4b95d35b054d4faa0d238742dcfbbf68b30f5a8", out OriginalCredential? credential), Is.True);
        await store.AddUserAsync(new User("new", credential!), Token);
        await store.ChangeUserAsync("new", user => user with { IsDisabled = true }, Token);
        await store.DecoyKeyAsync(Token);
        await store.FindTicketAsync([1], Token);
        await store.DeleteExpiredTicketsAsync(DateTimeOffset.UtcNow, Token);
        await store.DeleteUserAsync("new", Token);
        var blocks = new MongoBlockList(store);
        (Block block, _) = await blocks.AddBlockAsync(BlockKind.Host, "192.0.2.1", "", Token);
        await blocks.RemoveBlocksAsync([block.Id], Token);
        Assert.That(set.Lagging.Said.Select(command => command.First.NameText), Is.Empty);

        await store.ListAsync(MailScope.Everything, 0, null, 10, Token);
        Assert.That(set.Lagging.Said.Select(command => command.First.NameText), Does.Contain("find"), "lists are read as readPreference says");
    }

    /// <summary>A primary that has a message with a file, and a secondary that has not got them yet.</summary>
    private sealed class TwoMembers : IAsyncDisposable
    {
        public TwoMembers()
        {
            Primary = new Member(this, isPrimary: true);
            Lagging = new Member(this, isPrimary: false);
        }

        public Member Primary { get; }

        public Member Lagging { get; }

        public MongoClient Connect()
        {
            Assert.That(ConnectionString.TryParse($"mongodb://{Primary.Server.Address},{Lagging.Server.Address}/?replicaSet=rs0&readPreference=secondary", out MongoConnectionSettings? settings, out string? problem), Is.True, problem);
            return new MongoClient(settings!, TimeProvider.System, new ListLog());
        }

        public async ValueTask DisposeAsync()
        {
            await Primary.Server.DisposeAsync();
            await Lagging.Server.DisposeAsync();
        }
    }

    private sealed class Member
    {
        private const string There = $$"""{"_id": {"$oid": "{{Message}}"}, "id": "{{Message}}", "unread": true, "starred": false, "deliveries": [{"mailbox": "alice@local.test", "domain": "local.test", "read": false, "starred": false, "tags": []}]}""";

        private const string Leading = """ "isWritablePrimary": true, "ismaster": true, "electionId": {"$oid": "7fffffff0000000000000001"} """;

        private const string Following = """ "isWritablePrimary": false, "ismaster": false, "secondary": true """;

        private readonly TwoMembers _set;
        private readonly bool _isPrimary;

        public Member(TwoMembers set, bool isPrimary)
        {
            (_set, _isPrimary) = (set, isPrimary);
            Server = new ScriptedServer(Answer);
        }

        public ScriptedServer Server { get; }

        /// <summary>Without greetings.</summary>
        public ConcurrentQueue<BsonDocument> Said { get; } = [];

        private string Answer(BsonDocument command)
        {
            string name = command.First.NameText;
            if (name is "isMaster" or "hello") return Hello();
            if (name != "endSessions") Said.Enqueue(command);
            return name switch
            {
                "find" or "aggregate" => $$"""{"cursor": {"firstBatch": [{{(_isPrimary ? Found(command) : "")}}], "id": {"$numberLong": "0"}, "ns": "db.x"}, "ok": 1}""",
                _ => """{"n": 1, "nModified": 1, "ok": 1}""",
            };
        }

        private static string Found(BsonDocument find) => (find.First.AsString(), find["filter"u8].AsDocument()) switch
        {
            ("Messages", var filter) when filter.Has("$or"u8) || filter.Has("smtpd.file"u8) => There,
            ("fs.files", _) => $$"""{"_id": {"$oid": "{{File}}"} }""",
            ("SmtpdSecrets", _) => """{"value": {"$binary": {"base64": "AAECAwQFBgc=", "subType": "00"}}}""",
            _ => "",
        };

        private string Hello() => $$"""
            {"setName": "rs0", "hosts": ["{{_set.Primary.Server.Address}}", "{{_set.Lagging.Server.Address}}"], "me": "{{Server.Address}}", "helloOk": true, "setVersion": 1,
             {{(_isPrimary ? Leading : Following)}},
             "minWireVersion": 0, "maxWireVersion": 21, "maxBsonObjectSize": 16777216, "maxMessageSizeBytes": 48000000, "maxWriteBatchSize": 100000, "logicalSessionTimeoutMinutes": 30, "ok": 1}
            """;
    }
}
