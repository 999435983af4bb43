using Smtpd.Mongo.Bson;

namespace Smtpd.Mongo;

/// <summary>One update.</summary>
/// <param name="Filter">Which documents.</param>
/// <param name="Update">Operators (<c>$set</c> and the like), a whole new document, or the stages of a pipeline.</param>
internal sealed record UpdateStatement(BsonDocument Filter, BsonDocument Update)
{
    /// <summary>True: all documents that fit, not only the first. Such an update cannot be sent again when its answer is lost.</summary>
    public bool IsMany { get; init; }

    /// <summary>True: where nothing fits, a document is inserted.</summary>
    public bool IsUpsert { get; init; }

    /// <summary>True when <see cref="Update"/> is an array of stages.</summary>
    public bool IsPipeline { get; init; }

    /// <summary>What elements of arrays must be for <c>$[name]</c>: an array; empty: none is named.</summary>
    public BsonDocument ArrayFilters { get; init; }

    /// <summary>The keys of the index to use.</summary>
    public BsonDocument Hint { get; init; }

    internal void Write(BsonWriter writer)
    {
        writer.BeginDocument().Document("q"u8, Filter);
        if (IsPipeline) writer.Array("u"u8, Update);
        else writer.Document("u"u8, Update);
        if (IsMany) writer.Boolean("multi"u8, true);
        if (IsUpsert) writer.Boolean("upsert"u8, true);
        if (!ArrayFilters.IsEmpty) writer.Array("arrayFilters"u8, ArrayFilters);
        if (!Hint.IsEmpty) writer.Document("hint"u8, Hint);
        writer.End();
    }
}
