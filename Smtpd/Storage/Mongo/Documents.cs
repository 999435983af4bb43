using Smtpd.Mail;
using Smtpd.Mongo.Bson;

namespace Smtpd.Storage.Mongo;

/// <summary>Short ways to the documents that filters and updates are made of.</summary>
internal static class Documents
{
    /// <summary>The newest first.</summary>
    public static BsonDocument NewestFirst { get; } = BsonDocument.Of("_id"u8, -1);

    public static BsonDocument OnlyKey { get; } = BsonDocument.Of("_id"u8, 1);

    public static BsonDocument Of(Action<BsonWriter> write)
    {
        using var bson = new BsonWriter();
        bson.BeginDocument();
        write(bson);
        return bson.End().ToDocument();
    }

    public static BsonDocument ArrayOf(Action<BsonWriter> write) => Of(bson =>
    {
        bson.BeginArray("a"u8);
        write(bson);
        bson.End();
    })["a"u8].AsDocument();

    /// <summary>An element <c>name: {$in: […]}</c>.</summary>
    public static BsonWriter In(this BsonWriter bson, ReadOnlySpan<byte> name, IEnumerable<string> values)
    {
        bson.BeginDocument(name).BeginArray("$in"u8);
        foreach (string value in values) bson.String(default, value);
        return bson.End().End();
    }

    /// <inheritdoc cref="In(BsonWriter, ReadOnlySpan{byte}, IEnumerable{string})"/>
    public static BsonWriter In(this BsonWriter bson, ReadOnlySpan<byte> name, IEnumerable<MessageId> values)
    {
        bson.BeginDocument(name).BeginArray("$in"u8);
        foreach (MessageId value in values) bson.ObjectId(default, value);
        return bson.End().End();
    }

    /// <summary>An element <c>name: {$exists: …}</c>.</summary>
    public static BsonWriter Exists(this BsonWriter bson, ReadOnlySpan<byte> name, bool isThere) => bson.BeginDocument(name).Boolean("$exists"u8, isThere).End();

    /// <summary>The text as it stands in a regular expression that means nothing but it.</summary>
    public static string Literally(string text)
    {
        var pattern = new System.Text.StringBuilder(text.Length);
        foreach (char letter in text)
        {
            if (letter < 0x80 && !char.IsAsciiLetterOrDigit(letter)) pattern.Append('\\');
            pattern.Append(letter);
        }
        return pattern.ToString();
    }
}
