using Smtpd.Mongo;
using Smtpd.Mongo.Bson;

namespace Smtpd.Storage.Mongo;

/// <summary>A collection as the store uses it: every failure is a <see cref="StoreException"/> in words for an operator.</summary>
internal sealed class StoreCollection(MongoCollection collection)
{
    public string Name => collection.FullName;

    public MongoCollection Inner => collection;

    /// <summary>The same collection as the primary has it, whatever <c>readPreference</c> says: for what a write or a deletion depends on.</summary>
    public StoreCollection Primary => new(collection.With(readPreference: ReadPreference.Primary));

    /// <summary>And as others have it while there is no primary: for what somebody has just written and looks at, such as his own session.</summary>
    public StoreCollection Freshest => new(collection.With(readPreference: new ReadPreference(ReadMode.PrimaryPreferred)));

    public ValueTask<List<BsonDocument>> FindAllAsync(BsonDocument filter, FindOptions options, CancellationToken cancellation) =>
        Guarded(() => ListAsync(collection.FindAsync(filter, options, cancellation)));

    public ValueTask<BsonDocument?> FindOneAsync(BsonDocument filter, BsonDocument projection, CancellationToken cancellation) =>
        Guarded(() => collection.FindOneAsync(filter, new FindOptions { Projection = projection }, cancellation));

    /// <summary>A walk over what fits. To be disposed of.</summary>
    public ValueTask<MongoCursor> OpenAsync(BsonDocument filter, FindOptions options, CancellationToken cancellation) =>
        Guarded(() => collection.FindAsync(filter, options, cancellation));

    public static ValueTask<bool> MoveNextAsync(MongoCursor cursor) => Guarded(() => cursor.MoveNextAsync().AsTask());

    public ValueTask<long> CountAsync(BsonDocument filter, CancellationToken cancellation) => Guarded(() => collection.CountAsync(filter, cancellation));

    /// <param name="pipeline">An array of stages that only read.</param>
    public ValueTask<List<BsonDocument>> AggregateAsync(BsonDocument pipeline, CancellationToken cancellation) =>
        Guarded(() => ListAsync(collection.AggregateAsync(pipeline, cancellation)));

    /// <summary>How many there are, as the server knows without counting.</summary>
    public ValueTask<long> CountAllAsync(CancellationToken cancellation) => Guarded(() => collection.EstimateCountAsync(cancellation));

    /// <summary>Each statement is tried, whatever becomes of the others.</summary>
    public ValueTask<UpdateResult> UpdateAsync(IReadOnlyList<UpdateStatement> statements, CancellationToken cancellation) =>
        Guarded(() => collection.UpdateAsync(statements, isOrdered: false, cancellation));

    public ValueTask<long> DeleteAsync(IReadOnlyList<DeleteStatement> statements, CancellationToken cancellation) =>
        Guarded(() => collection.DeleteAsync(statements, isOrdered: false, cancellation));

    public async ValueTask InsertAsync(IReadOnlyList<BsonDocument> documents, CancellationToken cancellation) => await Guarded(async () =>
    {
        await collection.InsertAsync(documents, isOrdered: false, cancellation).ConfigureAwait(false);
        return true;
    }).ConfigureAwait(false);

    /// <summary>The failure as the store tells it.</summary>
    public static StoreException Translate(MongoException failure) => new($"mongodb: {failure.Message}", IsFull(failure.Code), failure);

    /// <summary>True of errors that mean that there is no room on the server's disk or in its quota.</summary>
    public static bool IsFull(int code) => code is OutOfDiskSpace or AtlasQuota;

    private const int OutOfDiskSpace = 14031;
    private const int AtlasQuota = 8000;

    private static async Task<List<BsonDocument>> ListAsync(Task<MongoCursor> opening)
    {
        MongoCursor cursor = await opening.ConfigureAwait(false);
        await using (cursor.ConfigureAwait(false)) return await cursor.ToListAsync().ConfigureAwait(false);
    }

    private static async ValueTask<T> Guarded<T>(Func<Task<T>> act)
    {
        try
        {
            return await act().ConfigureAwait(false);
        }
        catch (MongoException failure)
        {
            throw Translate(failure);
        }
        catch (BsonException failure)
        {
            throw new StoreException($"mongodb: {failure.Message}", cause: failure);
        }
    }
}
