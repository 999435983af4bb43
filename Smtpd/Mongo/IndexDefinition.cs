using Smtpd.Mongo.Bson;

namespace Smtpd.Mongo;

/// <summary>An index that a collection should have.</summary>
/// <param name="Name">As it is called; must not change while the keys stay.</param>
/// <param name="Keys">Fields with 1 (rising), -1 (falling), <c>hashed</c> or <c>text</c>.</param>
internal sealed record IndexDefinition(string Name, BsonDocument Keys)
{
    public bool IsUnique { get; init; }

    public bool IsSparse { get; init; }

    /// <summary>Which documents are in it; empty: all.</summary>
    public BsonDocument PartialFilter { get; init; }

    /// <summary>After what time documents are deleted, by the date in the only key; null: never.</summary>
    public TimeSpan? ExpiresAfter { get; init; }

    internal void Write(BsonWriter writer)
    {
        writer.BeginDocument(default).Document("key"u8, Keys).String("name"u8, Name);
        if (IsUnique) writer.Boolean("unique"u8, true);
        if (IsSparse) writer.Boolean("sparse"u8, true);
        if (!PartialFilter.IsEmpty) writer.Document("partialFilterExpression"u8, PartialFilter);
        if (ExpiresAfter is { } time) writer.Number("expireAfterSeconds"u8, (long)time.TotalSeconds);
        // Servers before 4.2 hold up everybody while they build, unless they are told so.
        writer.Boolean("background"u8, true).End();
    }
}
