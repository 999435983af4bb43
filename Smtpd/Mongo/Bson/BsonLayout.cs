using System.Buffers.Binary;

namespace Smtpd.Mongo.Bson;

/// <summary>Where the values of each type end. Every length comes from outside and is held against the octets that are there.</summary>
internal static class BsonLayout
{
    /// <summary>Length and final zero of a document without elements.</summary>
    public const int SmallestDocument = 5;

    /// <summary>Levels of nesting that are written or accepted, as the server's own limit (maxBSONDepth).</summary>
    public const int Depth = 200;

    public const int ObjectIdOctets = 12;

    /// <summary>How a UTC date or another number of eight octets is laid out.</summary>
    public const int WideOctets = 8;

    /// <param name="value">From the value's first octet to the end of what may belong to it.</param>
    /// <returns>The octets that the value takes; -1 when they are not all there, or its own lengths contradict each other, or the type is unknown.</returns>
    public static int ValueLength(BsonType type, ReadOnlySpan<byte> value)
    {
        int length = type switch
        {
            BsonType.Null or BsonType.Undefined or BsonType.MinKey or BsonType.MaxKey => 0,
            BsonType.Boolean => 1,
            BsonType.Int32 => 4,
            BsonType.Double or BsonType.DateTime or BsonType.Timestamp or BsonType.Int64 => WideOctets,
            BsonType.ObjectId => ObjectIdOctets,
            BsonType.Decimal128 => 16,
            BsonType.String or BsonType.Code or BsonType.Symbol => StringLength(value),
            BsonType.Document or BsonType.Array or BsonType.CodeWithScope => StatedLength(value, SmallestDocument, 0),
            BsonType.Binary => StatedLength(value, 0, 5),
            BsonType.RegularExpression => RegularExpressionLength(value),
            BsonType.DbPointer => StringLength(value) is var text and >= 0 ? text + ObjectIdOctets : -1,
            _ => -1,
        };
        return length <= value.Length ? length : -1;
    }

    /// <summary>A length, so many octets less one, and a zero.</summary>
    /// <returns>Of the whole, -1 when it is none.</returns>
    public static int StringLength(ReadOnlySpan<byte> value)
    {
        int length = StatedLength(value, 1, 4);
        return length > 0 && value[length - 1] == 0 ? length : -1;
    }

    /// <param name="least">What the stated length must be at least.</param>
    /// <param name="uncounted">Octets of the value that its stated length leaves out.</param>
    private static int StatedLength(ReadOnlySpan<byte> value, int least, int uncounted)
    {
        if (!BinaryPrimitives.TryReadInt32LittleEndian(value, out int stated) || stated < least) return -1;
        return stated <= value.Length - uncounted ? stated + uncounted : -1;
    }

    private static int RegularExpressionLength(ReadOnlySpan<byte> value)
    {
        int pattern = value.IndexOf((byte)0);
        if (pattern < 0) return -1;
        int options = value[(pattern + 1)..].IndexOf((byte)0);
        return options < 0 ? -1 : pattern + 1 + options + 1;
    }
}
