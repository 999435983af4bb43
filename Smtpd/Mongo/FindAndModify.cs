using Smtpd.Mongo.Bson;

namespace Smtpd.Mongo;

/// <summary>Changes or removes one document and gives it back, in one step.</summary>
internal sealed record FindAndModify(BsonDocument Filter)
{
    /// <summary>Operators or a whole new document; not used where the document is removed.</summary>
    public BsonDocument Update { get; init; }

    /// <summary>True when <see cref="Update"/> is an array of stages.</summary>
    public bool IsPipeline { get; init; }

    public bool IsRemoval { get; init; }

    public bool IsUpsert { get; init; }

    /// <summary>True: the document as it is afterwards, not as it was.</summary>
    public bool ReturnsNew { get; init; }

    /// <summary>Which one is taken where several fit.</summary>
    public BsonDocument Sort { get; init; }

    public BsonDocument Projection { get; init; }

    internal void Write(BsonWriter writer)
    {
        writer.Document("query"u8, Filter);
        if (!Sort.IsEmpty) writer.Document("sort"u8, Sort);
        if (IsRemoval) writer.Boolean("remove"u8, true);
        else if (IsPipeline) writer.Array("update"u8, Update);
        else writer.Document("update"u8, Update);
        if (ReturnsNew) writer.Boolean("new"u8, true);
        if (IsUpsert) writer.Boolean("upsert"u8, true);
        if (!Projection.IsEmpty) writer.Document("fields"u8, Projection);
    }
}
