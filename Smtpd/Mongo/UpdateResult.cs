using Smtpd.Mongo.Bson;

namespace Smtpd.Mongo;

/// <summary>What updates did.</summary>
/// <param name="Matched">Documents that fitted, whether they were changed or not.</param>
/// <param name="Modified">Documents that are now different.</param>
/// <param name="Upserted">An array with <c>{index, _id}</c> for each document that was inserted because none fitted.</param>
internal readonly record struct UpdateResult(long Matched, long Modified, BsonDocument Upserted)
{
    public bool HasUpserted => !Upserted.IsEmpty;
}
