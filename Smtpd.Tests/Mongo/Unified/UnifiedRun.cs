using System.Text.Json;
using NUnit.Framework;
using Smtpd.Mongo;
using Smtpd.Mongo.Bson;
using Smtpd.Tests.Web;

namespace Smtpd.Tests.Mongo.Unified;

/// <summary>Carries out one case: makes its clients, does what it says, and compares answers, commands and documents.</summary>
/// <param name="server">With no data in it.</param>
/// <param name="user"><c>name:password</c>.</param>
internal sealed class UnifiedRun(StandIn server, string user, CancellationToken cancellation) : IAsyncDisposable
{
    private readonly Dictionary<string, (CommandTap Tap, MongoClient Client)> _clients = [];
    private readonly Dictionary<string, MongoDatabase> _databases = [];
    private readonly Dictionary<string, MongoCollection> _collections = [];
    private readonly HurriedClock _clock = new();
    private readonly ListLog _log = new();

    public async Task CarryOutAsync(JsonElement file, JsonElement test)
    {
        foreach (JsonElement one in file.Member("initialData")?.EnumerateArray().ToArray() ?? []) await FillAsync(one);
        Create(file.GetProperty("createEntities"));
        foreach (JsonElement operation in test.GetProperty("operations").EnumerateArray()) await DoAsync(operation);
        foreach (JsonElement expected in test.Member("expectEvents")?.EnumerateArray().ToArray() ?? []) CompareCommands(expected);
        foreach (JsonElement one in test.Member("outcome")?.EnumerateArray().ToArray() ?? []) await CompareDocumentsAsync(one);
    }

    private async Task FillAsync(JsonElement data)
    {
        MongoCollection collection = Outside(data);
        BsonDocument[] documents = [.. data.GetProperty("documents").EnumerateArray().Select(ExtendedJson.Read)];
        if (documents.Length > 0) await collection.InsertAsync(documents, true, cancellation);
        else await server.Connect().Database(collection.Database).RunCommandAsync(BsonDocument.Of("create"u8, collection.Name), cancellation);
    }

    private async Task CompareDocumentsAsync(JsonElement outcome)
    {
        MongoCursor cursor = await Outside(outcome).FindAsync(BsonDocument.Empty, new FindOptions { Sort = BsonDocument.Of("_id"u8, 1) }, cancellation);
        using var all = new BsonWriter();
        all.BeginDocument().BeginArray("documents"u8);
        foreach (BsonDocument document in await cursor.ToListAsync()) all.Document(document);
        Check(UnifiedMatch.Difference("the collection", outcome.GetProperty("documents"), all.End().End().ToDocument()["documents"u8]));
    }

    /// <summary>A collection as somebody else sees it, whose commands are not compared.</summary>
    private MongoCollection Outside(JsonElement place) =>
        server.Connect().Collection(place.GetProperty("databaseName").GetString()!, place.GetProperty("collectionName").GetString()!);

    private void Create(JsonElement entities)
    {
        foreach (JsonElement entity in entities.EnumerateArray())
        {
            JsonProperty kind = entity.EnumerateObject().First();
            string id = kind.Value.GetProperty("id").GetString()!;
            switch (kind.Name)
            {
                case "client":
                    _clients[id] = Connect(kind.Value);
                    break;
                case "database":
                    _databases[id] = _clients[kind.Value.GetProperty("client").GetString()!].Client.Database(kind.Value.GetProperty("databaseName").GetString()!);
                    break;
                case "collection":
                    _collections[id] = _databases[kind.Value.GetProperty("database").GetString()!].Collection(kind.Value.GetProperty("collectionName").GetString()!);
                    break;
                default:
                    Assert.Fail($"there is no {kind.Name}");
                    break;
            }
        }
    }

    private (CommandTap Tap, MongoClient Client) Connect(JsonElement client)
    {
        var tap = new CommandTap(server.Ports[0]);
        string options = string.Concat((client.Member("uriOptions")?.EnumerateObject().ToArray() ?? []).Select(option => $"&{option.Name}={Uri.EscapeDataString(option.Value.ValueKind == JsonValueKind.String ? option.Value.GetString()! : option.Value.GetRawText())}"));
        // The server names its own address, not the one between: only that is spoken to which is named here.
        string text = $"mongodb://{user}@{tap.Address}/?directConnection=true{options}";
        if (!ConnectionString.TryParse(text, out MongoConnectionSettings? settings, out string? problem)) throw new ArgumentException($"{text}: {problem}");
        return (tap, new MongoClient(settings, _clock, _log));
    }

    private async Task DoAsync(JsonElement operation)
    {
        string name = operation.GetProperty("name").GetString()!, target = operation.GetProperty("object").GetString()!;
        JsonElement arguments = operation.Member("arguments") ?? JsonDocument.Parse("{}").RootElement;
        if (name == "failPoint")
        {
            // By the client itself, so that it has a connection already.
            await _clients[arguments.GetProperty("client").GetString()!].Client.Database("admin").RunCommandAsync(ExtendedJson.Read(arguments.GetProperty("failPoint")), cancellation);
            return;
        }
        if (name == "createEntities")
        {
            Create(arguments.GetProperty("entities"));
            return;
        }
        JsonElement? error = operation.Member("expectError");
        BsonDocument result;
        try
        {
            result = _collections.TryGetValue(target, out MongoCollection? collection)
                ? await new UnifiedOperations(collection, arguments, cancellation).DoAsync(name)
                : await DoAsync(name, _databases[target], arguments);
        }
        catch (MongoException failure)
        {
            if (error is not { } wanted) throw new AssertionException($"{name} failed: {failure}", failure);
            CompareError(name, wanted, failure);
            return;
        }
        if (error is { } missing) Assert.Fail($"{name} did not fail, as it should: {missing.GetRawText()}");
        if (operation.Member("expectResult") is { } expected) Check(UnifiedMatch.Difference(name, expected, result["result"u8], isRoot: true));
    }

    private async Task<BsonDocument> DoAsync(string name, MongoDatabase database, JsonElement arguments)
    {
        switch (name)
        {
            case "runCommand":
                BsonDocument reply = await database.RunCommandAsync(ExtendedJson.Read(arguments.GetProperty("command")), cancellation);
                return BsonDocument.Of("result"u8, reply);
            case "createChangeStream":
                await using (MongoChangeStream changes = database.Watch(new WatchOptions { Pipeline = ExtendedJson.Read(arguments.GetProperty("pipeline")) })) await changes.OpenAsync(cancellation);
                return BsonDocument.Empty;
            case "listCollections" or "listCollectionNames" or "listCollectionObjects":
                MongoCursor collections = await database.ListCollectionsAsync(arguments.Member("filter") is { } filter ? ExtendedJson.Read(filter) : BsonDocument.Empty, cancellation);
                return UnifiedOperations.Documents(await collections.ToListAsync());
            default:
                throw new AssertionException($"{name} is not offered");
        }
    }

    private static void CompareError(string name, JsonElement expected, MongoException failure)
    {
        foreach (JsonProperty wanted in expected.EnumerateObject())
        {
            bool isRight = wanted.Name switch
            {
                "isError" => true,
                "isClientError" => failure.Code == 0 == wanted.Value.GetBoolean(),
                "errorCode" => failure.Code == wanted.Value.GetInt32(),
                "errorCodeName" => failure.CodeName == wanted.Value.GetString(),
                "errorContains" => failure.Message.Contains(wanted.Value.GetString()!, StringComparison.OrdinalIgnoreCase),
                "errorLabelsContain" => wanted.Value.EnumerateArray().All(label => failure.HasLabel(label.GetString()!)),
                "errorLabelsOmit" => !wanted.Value.EnumerateArray().Any(label => failure.HasLabel(label.GetString()!)),
                "errorResponse" => UnifiedMatch.DifferenceOfMembers("the reply", wanted.Value, failure.Reply, isRoot: true) is null,
                // Counts of a batch that failed halfway are not given; the documents are compared afterwards.
                "expectResult" => true,
                _ => throw new AssertionException($"{wanted.Name} is not known"),
            };
            Assert.That(isRight, Is.True, $"{name} should fail with {expected.GetRawText()} and failed with {failure.Message} [{string.Join(", ", failure.Labels)}]");
        }
    }

    private void CompareCommands(JsonElement expected)
    {
        if (expected.Text("eventType") is { } kind and not "command") return;
        JsonElement[] started = [.. expected.GetProperty("events").EnumerateArray().Select(one => one.Member("commandStartedEvent")).OfType<JsonElement>()];
        IReadOnlyList<BsonDocument> commands = _clients[expected.GetProperty("client").GetString()!].Tap.Commands;
        Assert.That(commands, Has.Count.EqualTo(started.Length), $"commands sent: {string.Join(", ", commands.Select(command => command.First.NameText))}");
        for (int i = 0; i < started.Length; i++)
        {
            if (started[i].Text("commandName") is { } name) Assert.That(commands[i].First.NameText, Is.EqualTo(name));
            if (started[i].Text("databaseName") is { } database) Assert.That(commands[i]["$db"u8].AsString(), Is.EqualTo(database));
            if (started[i].Member("command") is { } command) Check(UnifiedMatch.DifferenceOfMembers($"command {i}", command, commands[i], isRoot: true));
        }
    }

    private static void Check(string? difference) => Assert.That(difference, Is.Null);

    public async ValueTask DisposeAsync()
    {
        foreach ((CommandTap tap, MongoClient client) in _clients.Values)
        {
            await client.DisposeAsync();
            await tap.DisposeAsync();
        }
        await server.CloseClientsAsync();
    }
}
