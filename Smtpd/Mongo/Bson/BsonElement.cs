using System.Buffers.Binary;
using System.Text;
using Smtpd.Mail;

namespace Smtpd.Mongo.Bson;

/// <summary>
/// One element of a document: type, name and value where they stand. The readers are lenient: they give a value that the
/// element's type can be read as, and the fallback for any other type and where there is no element at all.
/// </summary>
internal readonly struct BsonElement
{
    private readonly ReadOnlyMemory<byte> _octets;
    private readonly int _nameLength;

    internal BsonElement(ReadOnlyMemory<byte> octets, int nameLength)
    {
        _octets = octets;
        _nameLength = nameLength;
    }

    public BsonType Type => _octets.IsEmpty ? BsonType.None : (BsonType)_octets.Span[0];

    public bool Exists => !_octets.IsEmpty;

    public bool IsNull => Type is BsonType.Null or BsonType.Undefined;

    /// <summary>The name's octets; in an array, the index in decimal digits. Usually UTF-8, but nobody has checked.</summary>
    public ReadOnlySpan<byte> Name => Exists ? _octets.Span.Slice(1, _nameLength) : default;

    /// <summary>The name as text; octets that are not UTF-8 become U+FFFD.</summary>
    public string NameText => Encoding.UTF8.GetString(Name);

    /// <summary>The value as it is laid out, without type and name.</summary>
    public ReadOnlyMemory<byte> Value => Exists ? _octets[(_nameLength + 2)..] : default;

    /// <summary>Type, name and value as they are laid out.</summary>
    public ReadOnlySpan<byte> Octets => _octets.Span;

    private ReadOnlySpan<byte> Span => _octets.Span[(_nameLength + 2)..];

    public bool IsNamed(ReadOnlySpan<byte> name) => Name.SequenceEqual(name);

    public bool IsNamed(string name)
    {
        ReadOnlySpan<byte> octets = Name;
        if (octets.Length < name.Length) return false;
        return Encoding.UTF8.GetByteCount(name) == octets.Length && Encoding.UTF8.GetString(octets) == name;
    }

    /// <summary>Any number as a whole one, cut to what the type holds; true is 1.</summary>
    public int AsInt32(int fallback = 0) => (int)Math.Clamp(AsInt64(fallback), int.MinValue, int.MaxValue);

    /// <inheritdoc cref="AsInt32"/>
    public long AsInt64(long fallback = 0) => Type switch
    {
        BsonType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(Span),
        BsonType.Int64 => BinaryPrimitives.ReadInt64LittleEndian(Span),
        BsonType.Double => Whole(BinaryPrimitives.ReadDoubleLittleEndian(Span)),
        BsonType.Boolean => Span[0] == 0 ? 0 : 1,
        _ => fallback,
    };

    public double AsDouble(double fallback = 0) => Type switch
    {
        BsonType.Double => BinaryPrimitives.ReadDoubleLittleEndian(Span),
        BsonType.Int32 or BsonType.Int64 or BsonType.Boolean => AsInt64(),
        _ => fallback,
    };

    /// <summary>A boolean, or any number but zero, as the server itself reads <c>ok: 1</c>.</summary>
    public bool AsBoolean(bool fallback = false) => Type switch
    {
        BsonType.Boolean or BsonType.Int32 or BsonType.Int64 => AsInt64() != 0,
        BsonType.Double => AsDouble() != 0,
        _ => fallback,
    };

    /// <summary>A string, symbol or code as text; octets that are not UTF-8 become U+FFFD.</summary>
    /// <returns>Null for other types.</returns>
    public string? AsString() => Type is BsonType.String or BsonType.Symbol or BsonType.Code ? Encoding.UTF8.GetString(AsUtf8()) : null;

    /// <summary>The octets of a string, symbol or code, exactly as they are: usually UTF-8, but nobody has checked.</summary>
    /// <returns>Nothing for other types.</returns>
    public ReadOnlySpan<byte> AsUtf8() => AsUtf8Memory().Span;

    /// <inheritdoc cref="AsUtf8"/>
    public ReadOnlyMemory<byte> AsUtf8Memory() => Type is BsonType.String or BsonType.Symbol or BsonType.Code ? Value[4..^1] : default;

    /// <summary>The octets of a binary value. Of the old subtype 2 those within its inner length.</summary>
    public ReadOnlyMemory<byte> AsBinary()
    {
        if (Type != BsonType.Binary) return default;
        ReadOnlyMemory<byte> octets = Value[5..];
        return BinarySubtype == BsonWriter.OldBinary && octets.Length >= 4 ? octets[4..] : octets;
    }

    /// <summary>What kind of binary value it is; 0, plain, for other types.</summary>
    public byte BinarySubtype => Type == BsonType.Binary ? Span[4] : (byte)0;

    /// <returns>False when the element is no ObjectId.</returns>
    public bool TryObjectId(out MessageId id)
    {
        id = Type == BsonType.ObjectId ? new MessageId(Span) : default;
        return Type == BsonType.ObjectId;
    }

    public MessageId AsObjectId(MessageId fallback = default) => TryObjectId(out MessageId id) ? id : fallback;

    /// <summary>Milliseconds since 1970, of a date; of a timestamp, its seconds.</summary>
    public long AsMilliseconds(long fallback = 0) => Type switch
    {
        BsonType.DateTime => BinaryPrimitives.ReadInt64LittleEndian(Span),
        BsonType.Timestamp => (long)(AsTimestamp() >> 32) * 1000,
        _ => fallback,
    };

    /// <summary>A date or timestamp as a moment in UTC; what lies outside of the years 1 to 9999 is cut to them.</summary>
    public DateTimeOffset AsDateTime(DateTimeOffset fallback = default)
    {
        if (Type is not (BsonType.DateTime or BsonType.Timestamp)) return fallback;
        long least = DateTimeOffset.MinValue.ToUnixTimeMilliseconds(), most = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();
        return DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(AsMilliseconds(), least, most));
    }

    /// <summary>Seconds in the upper half, a counter in the lower one; 0 for other types.</summary>
    public ulong AsTimestamp() => Type == BsonType.Timestamp ? BinaryPrimitives.ReadUInt64LittleEndian(Span) : 0;

    /// <summary>The nested document or array; an empty one for other types.</summary>
    /// <exception cref="BsonException">The nested document has no end.</exception>
    public BsonDocument AsDocument() => Type is BsonType.Document or BsonType.Array ? new BsonDocument(Value) : default;

    private static long Whole(double value) => double.IsNaN(value) ? 0 : value >= long.MaxValue ? long.MaxValue : value <= long.MinValue ? long.MinValue : (long)value;
}
