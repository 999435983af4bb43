using System.Text;
using System.Text.Json;
using NUnit.Framework;
using Smtpd.Mongo;
using Smtpd.Mongo.Bson;

namespace Smtpd.Tests.Mongo.Unified;

/// <summary>The operations on a collection by the names that the specification tests give them.</summary>
internal sealed class UnifiedOperations(MongoCollection collection, JsonElement arguments, CancellationToken cancellation)
{
    private long _inserted;
    private long _matched;
    private long _modified;
    private long _deleted;
    private readonly List<(int Index, BsonElement Id)> _upserted = [];

    private bool IsOrdered => arguments.Member("ordered") is not { } ordered || ordered.GetBoolean();

    private FindOptions Options => new() { Sort = Read("sort"), Skip = Number("skip"), Limit = Number("limit"), BatchSize = Number("batchSize") };

    /// <returns>A document with what the operation gives back as <c>result</c>; empty where it gives nothing.</returns>
    public async Task<BsonDocument> DoAsync(string name)
    {
        switch (name)
        {
            case "insertOne" or "insertMany" or "updateOne" or "updateMany" or "replaceOne" or "deleteOne" or "deleteMany":
                await WriteAsync(0, [(name, arguments)]);
                return Written();
            case "bulkWrite":
                await WriteAllAsync([.. arguments.GetProperty("requests").EnumerateArray().Select(request => request.EnumerateObject().First()).Select(request => (request.Name, request.Value))]);
                return Written();
            case "findOneAndDelete" or "findOneAndUpdate" or "findOneAndReplace":
                return Found(await collection.FindAndModifyAsync(Change(name), cancellation));
            case "find":
                return Documents(await (await collection.FindAsync(Read("filter"), Options, cancellation)).ToListAsync());
            case "findOne":
                return Found(await collection.FindOneAsync(Read("filter"), Options, cancellation));
            case "aggregate":
                return Documents(await (await collection.AggregateAsync(Read("pipeline"), cancellation, Number("batchSize"))).ToListAsync());
            case "countDocuments":
                return Counted(await collection.CountAsync(Read("filter"), cancellation, Number("limit")));
            case "estimatedDocumentCount":
                return Counted(await collection.EstimateCountAsync(cancellation));
            case "distinct":
                BsonDocument values = await collection.DistinctAsync(arguments.GetProperty("fieldName").GetString()!, Read("filter"), cancellation);
                return Result(result => result.Array("result"u8, values));
            case "listIndexes" or "listIndexNames":
                return Documents(await collection.ListIndexesAsync(cancellation));
            case "createChangeStream":
                await using (MongoChangeStream changes = collection.Watch(new WatchOptions { Pipeline = Read("pipeline") })) await changes.OpenAsync(cancellation);
                return BsonDocument.Empty;
            default:
                throw new AssertionException($"{name} is not offered");
        }
    }

    public static BsonDocument Documents(IEnumerable<BsonDocument> documents) => Result(result =>
    {
        result.BeginArray("result"u8);
        foreach (BsonDocument document in documents) result.Document(document);
        result.End();
    });

    /// <summary>A list of writes of several kinds, those of one kind that follow each other in one command.</summary>
    private async Task WriteAllAsync(List<(string Name, JsonElement Arguments)> writes)
    {
        MongoException? first = null;
        for (int start = 0, end; start < writes.Count; start = end)
        {
            for (end = start + 1; end < writes.Count && KindOf(writes[end].Name) == KindOf(writes[start].Name);) end++;
            try
            {
                await WriteAsync(start, writes[start..end]);
            }
            catch (MongoException failure) when (failure.WriteErrors.Count > 0 && !IsOrdered)
            {
                first ??= failure;
            }
        }
        if (first is not null) throw first;
    }

    private static string KindOf(string write) => write[..6];

    private async Task WriteAsync(int start, List<(string Name, JsonElement Arguments)> writes)
    {
        switch (KindOf(writes[0].Name))
        {
            case "insert":
                BsonDocument[] documents = [.. writes.SelectMany(write => write.Name == "insertMany" ? [.. write.Arguments.GetProperty("documents").EnumerateArray()] : new[] { write.Arguments.GetProperty("document") }).Select(ExtendedJson.Read)];
                await collection.InsertAsync(documents, IsOrdered, cancellation);
                _inserted += documents.Length;
                break;
            case "delete":
                _deleted += await collection.DeleteAsync([.. writes.Select(write => new DeleteStatement(ExtendedJson.Read(write.Arguments.GetProperty("filter")), write.Name == "deleteMany"))], IsOrdered, cancellation);
                break;
            default:
                UpdateResult done = await collection.UpdateAsync([.. writes.Select(write => Update(write.Name, write.Arguments))], IsOrdered, cancellation);
                _matched += done.Matched;
                _modified += done.Modified;
                foreach (BsonElement upserted in done.Upserted) _upserted.Add((start + upserted.AsDocument()["index"u8].AsInt32(), upserted.AsDocument()["_id"u8]));
                break;
        }
    }

    private static UpdateStatement Update(string name, JsonElement arguments)
    {
        JsonElement change = arguments.GetProperty(name == "replaceOne" ? "replacement" : "update");
        return new UpdateStatement(ExtendedJson.Read(arguments.GetProperty("filter")), ExtendedJson.Read(change))
        {
            IsMany = name == "updateMany",
            IsPipeline = change.ValueKind == JsonValueKind.Array,
            IsUpsert = arguments.Member("upsert") is { } upsert && upsert.GetBoolean(),
            ArrayFilters = arguments.Member("arrayFilters") is { } filters ? ExtendedJson.Read(filters) : BsonDocument.Empty,
            Hint = arguments.Member("hint") is { } hint ? ExtendedJson.Read(hint) : BsonDocument.Empty,
        };
    }

    private FindAndModify Change(string name) => new(Read("filter"))
    {
        Update = Read(name == "findOneAndReplace" ? "replacement" : "update"),
        IsPipeline = arguments.Member("update") is { ValueKind: JsonValueKind.Array },
        IsRemoval = name == "findOneAndDelete",
        IsUpsert = arguments.Member("upsert") is { } upsert && upsert.GetBoolean(),
        ReturnsNew = arguments.Text("returnDocument") == "After",
        Sort = Read("sort"),
        Projection = Read("projection"),
    };

    private BsonDocument Written() => Result(result =>
    {
        result.BeginDocument("result"u8);
        result.Int64("insertedCount"u8, _inserted).Int64("matchedCount"u8, _matched).Int64("modifiedCount"u8, _modified).Int64("deletedCount"u8, _deleted).Int64("upsertedCount"u8, _upserted.Count);
        if (_upserted.Count > 0) result.Element("upsertedId"u8, _upserted[0].Id);
        result.BeginDocument("upsertedIds"u8);
        foreach ((int index, BsonElement id) in _upserted) result.Element(Encoding.ASCII.GetBytes($"{index}"), id);
        result.End().End();
    });

    private static BsonDocument Found(BsonDocument? document) => Result(result =>
    {
        if (document is { } found) result.Document("result"u8, found);
        else result.Null("result"u8);
    });

    private static BsonDocument Counted(long count) => Result(result => result.Int64("result"u8, count));

    private static BsonDocument Result(Action<BsonWriter> write)
    {
        using var result = new BsonWriter();
        result.BeginDocument();
        write(result);
        return result.End().ToDocument();
    }

    /// <summary>A document or array; empty where it is not named.</summary>
    private BsonDocument Read(string name) => arguments.Member(name) is { } value ? ExtendedJson.Read(value) : BsonDocument.Empty;

    private int Number(string name) => arguments.Member(name) is { } value ? value.GetInt32() : 0;
}
