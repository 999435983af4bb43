using System.Buffers.Binary;
using System.Text;
using Smtpd.Mongo.Bson;

namespace Smtpd.Tests.Mongo.Bson;

/// <summary>Reads every value as what it is and writes it by the method of its type.</summary>
internal static class Rewriter
{
    public static BsonDocument Rewrite(BsonDocument document)
    {
        using var writer = new BsonWriter(16);
        writer.BeginDocument();
        Copy(writer, document);
        return writer.End().ToDocument();
    }

    private static void Copy(BsonWriter writer, BsonDocument document)
    {
        foreach (BsonElement element in document) Copy(writer, element);
    }

    private static void Copy(BsonWriter writer, BsonElement element)
    {
        ReadOnlySpan<byte> name = element.Name;
        switch (element.Type)
        {
            case BsonType.Double: writer.Double(name, element.AsDouble()); break;
            case BsonType.String or BsonType.Symbol or BsonType.Code: writer.Utf8(element.Type, name, Encoding.UTF8.GetBytes(element.AsString()!)); break;
            case BsonType.Document:
                writer.BeginDocument(name);
                Copy(writer, element.AsDocument());
                writer.End();
                break;
            case BsonType.Array:
                writer.BeginArray(name);
                Copy(writer, element.AsDocument());
                writer.End();
                break;
            case BsonType.Binary: writer.Binary(name, element.AsBinary().Span, element.BinarySubtype); break;
            case BsonType.ObjectId: writer.ObjectId(name, element.AsObjectId()); break;
            case BsonType.Boolean: writer.Boolean(name, element.AsBoolean()); break;
            case BsonType.DateTime: writer.DateTime(name, element.AsMilliseconds()); break;
            case BsonType.Null: writer.Null(name); break;
            case BsonType.RegularExpression:
                string[] parts = Encoding.UTF8.GetString(element.Value.Span).Split('\0');
                writer.RegularExpression(name, parts[0], parts[1]);
                break;
            case BsonType.Int32: writer.Int32(name, element.AsInt32()); break;
            case BsonType.Int64: writer.Int64(name, element.AsInt64()); break;
            case BsonType.Timestamp: writer.Timestamp(name, element.AsTimestamp()); break;
            case BsonType.CodeWithScope: writer.Value(element.Type, name, CodeWithScope(element.Value)); break;
            default: writer.Value(element.Type, name, element.Value.Span); break;
        }
    }

    private static byte[] CodeWithScope(ReadOnlyMemory<byte> value)
    {
        int code = BsonLayout.StringLength(value.Span[4..]);
        if (code < 0) throw new BsonException("code without an end");
        byte[] scope = Rewrite(new BsonDocument(value[(4 + code)..])).Octets.ToArray();
        byte[] laidOut = new byte[4 + code + scope.Length];
        BinaryPrimitives.WriteInt32LittleEndian(laidOut, laidOut.Length);
        value.Span.Slice(4, code).CopyTo(laidOut.AsSpan(4));
        scope.CopyTo(laidOut, 4 + code);
        return laidOut;
    }
}
