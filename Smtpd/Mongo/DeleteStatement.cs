using Smtpd.Mongo.Bson;

namespace Smtpd.Mongo;

/// <summary>One deletion.</summary>
/// <param name="IsMany">True: all documents that fit, not only the first. Such a deletion is not sent again when its answer is lost.</param>
internal sealed record DeleteStatement(BsonDocument Filter, bool IsMany = false)
{
    internal void Write(BsonWriter writer) => writer.BeginDocument().Document("q"u8, Filter).Int32("limit"u8, IsMany ? 0 : 1).End();
}
