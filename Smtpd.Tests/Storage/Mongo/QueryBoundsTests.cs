using NUnit.Framework;
using Smtpd.Mail;
using Smtpd.Mongo;
using Smtpd.Mongo.Bson;
using Smtpd.Storage;
using Smtpd.Storage.Mongo;
using Smtpd.Storage.Search;
using Smtpd.Tests.Mongo;
using Smtpd.Tests.Mongo.Unified;
using Smtpd.Tests.Operations;
using Smtpd.Tests.Web;

namespace Smtpd.Tests.Storage.Mongo;

/// <summary>What a request asks of a server with a million messages: an index begins each answer, no sort needs memory, and nothing is fetched without a limit.</summary>
[CancelAfter(120_000)]
internal sealed class QueryBoundsTests
{
    private static CancellationToken Token => TestContext.CurrentContext.CancellationToken;

    /// <summary>Read as a whole, and small.</summary>
    private static readonly HashSet<string> _small = ["Users", "GreyHosts", "GreyMails"];

    [Test]
    public async Task Lists_counts_searches_and_changes_ask_only_for_what_an_index_leads_to()
    {
        using var folder = new TemporaryFolder();
        await using StandIn server = await StandIn.StartAsync(StandInOptions.Standalone);
        await using var tap = new CommandTap(server.Ports[0]);
        Assert.That(ConnectionString.TryParse($"mongodb://{tap.Address}/?directConnection=true", out MongoConnectionSettings? settings, out _), Is.True);
        await using var store = new MongoStore(new MongoClient(settings!, TimeProvider.System, new ListLog()), new MongoStoreSettings("db", "Messages") { Domain = "mx.test", StagingFolder = folder.Root }, new ListLog());
        using var staging = new BodyStaging(folder.Root, store.Space);
        await store.Prepared.WaitAsync(Token);
        using ReceivedMail mail = Mails.New(staging, "From: a@remote.test\r\nSubject: banana\r\n\r\ncherry\r\n", "alice@local.test", "bob@other.test");
        mail.GiveId(new MessageId(1_700_000_000, 2, 3));
        store.Commit([mail]);
        await store.SetTagsAsync(MailScope.Everything, [mail.Id], ["old"], Token);
        foreach (MailScope scope in (MailScope[])[MailScope.Everything, MailScope.Of(["alice@local.test"], []), MailScope.Of(["alice@local.test", "carol@local.test"], []), MailScope.Of([], ["local.test"]), MailScope.Of(["alice@local.test"], ["other.test"])])
            await AskAsync(store, scope, mail.Id);

        List<string> unbounded = [.. tap.Commands.Where(command => !IsBounded(command)).Select(Describe).Distinct()];
        Assert.That(unbounded, Is.Empty);
        Assert.That(tap.Commands.Count(command => command.First.NameText is "find" or "aggregate"), Is.GreaterThan(150));
    }

    private static async Task AskAsync(MongoStore store, MailScope scope, MessageId id)
    {
        foreach (long start in (long[])[0, 50, 5000]) await store.ListAsync(scope, start, null, 50, Token);
        await store.ListAsync(scope, 0, id, 50, Token);
        await store.LatestAsync(scope, Token);
        await store.ListMailboxesAsync(scope, false, "", null, 50, Token);
        await store.ListMailboxesAsync(scope, true, "", null, 50, Token);
        Assert.That(await store.ListTagsAsync(scope, Token), Is.EqualTo(new[] { "old" }));
        await store.FindAsync(scope, id, Token);
        await store.FindPartsAsync(id, Token);
        await store.FindAttachmentAsync(scope, id.ToString(), Token);
        foreach (string text in (string[])["cherry", "cher", "\"banana cherry\"", "subject:banana", "is:unread", "is:starred", "is:tagged", "tag:old", "-cherry", "in:alice@local.test banana"])
        {
            Assert.That(SearchQuery.TryParse(text, TimeZoneInfo.Utc, DateTimeOffset.UtcNow, out SearchQuery? query, out _), Is.True, text);
            await store.SearchAsync(scope, query!, 0, null, 50, Token);
        }
        await store.MarkAsync(scope, [id], new Marks(Read: true), Token);
        await store.MarkAsync(scope, null, new Marks(Read: false), Token);
        await store.RenameTagAsync(scope, "old", "old", Token);
    }

    private static string Describe(BsonDocument command)
    {
        (BsonDocument filter, BsonDocument sort, _) = Parts(command);
        return $"{command.First.NameText} {command.First.AsString()}: by {string.Join(" or ", Alternatives(filter).Select(fields => string.Join(',', fields)))}, sorted by {string.Join(',', Names(sort))}";
    }

    private static bool IsBounded(BsonDocument command)
    {
        string name = command.First.NameText, collection = command.First.AsString() ?? "";
        if (name is not ("find" or "aggregate") || _small.Contains(collection)) return true;
        (BsonDocument filter, BsonDocument sort, bool hasEnd) = Parts(command);
        List<(HashSet<string> Partial, string[] Keys)> indexes = [([], ["_id"])];
        foreach ((string of, IReadOnlyList<IndexDefinition> all) in MongoIndexes.All("Messages"))
            if (of == collection) indexes.AddRange(all.Select(index => (Names(index.PartialFilter).ToHashSet(), Names(index.Keys).ToArray())));
        string? order = sort.IsEmpty ? null : sort.First.NameText;
        return Alternatives(filter).All(fields => indexes.Exists(index => index.Partial.IsSubsetOf(fields) && (fields.Contains(index.Keys[0]) ? order is null || index.Keys.Contains(order) : order == index.Keys[0])))
            && (hasEnd || Alternatives(filter).All(fields => fields.Contains("_id") || fields.Contains("id")) || Names(filter).Contains("metadata.smtpd") || Names(filter).Contains("expires"));
    }

    /// <summary>What is looked for and in which order. An aggregation that gives back groups has an end: they are few.</summary>
    private static (BsonDocument Filter, BsonDocument Sort, bool HasEnd) Parts(BsonDocument command)
    {
        if (command.First.NameText == "find") return (command["filter"u8].AsDocument(), command["sort"u8].AsDocument(), command.Has("limit"u8) || command.Has("batchSize"u8));
        List<BsonDocument> stages = [];
        foreach (BsonElement stage in command["pipeline"u8].AsDocument()) stages.Add(stage.AsDocument());
        return (stages[0]["$match"u8].AsDocument(), stages[1]["$sort"u8].AsDocument(), stages.Exists(stage => stage.Has("$group"u8)));
    }

    /// <summary>The fields of which something is said, for each alternative.</summary>
    private static List<HashSet<string>> Alternatives(BsonDocument filter)
    {
        HashSet<string> fields = [.. Names(filter).Where(name => !name.StartsWith('$'))];
        foreach (BsonElement one in filter["$and"u8].AsDocument()) fields.UnionWith(Names(one.AsDocument()));
        List<HashSet<string>> alternatives = [];
        foreach (BsonElement one in filter["$or"u8].AsDocument()) alternatives.Add([.. fields, .. Names(one.AsDocument())]);
        return alternatives.Count > 0 ? alternatives : [fields];
    }

    private static List<string> Names(BsonDocument document)
    {
        List<string> names = [];
        foreach (BsonElement element in document) names.Add(element.NameText);
        return names;
    }
}
