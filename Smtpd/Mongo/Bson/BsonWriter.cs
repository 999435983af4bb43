using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Text;
using Smtpd.Mail;

namespace Smtpd.Mongo.Bson;

/// <summary>
/// Writes documents one after the other into one growing pooled array. Names are octets without a zero; within an array they
/// are not used (<c>default</c> will do), because the index is the name. Every call gives the writer back.
/// </summary>
internal sealed class BsonWriter : IBufferWriter<byte>, IDisposable
{
    /// <summary>The binary subtype that carries a second length, kept for old documents.</summary>
    public const byte OldBinary = 2;

    private const int FirstOctets = 512;

    private readonly int[] _starts = new int[BsonLayout.Depth];
    private readonly int[] _indexes = new int[BsonLayout.Depth];
    private byte[] _octets;
    private int _depth;

    /// <param name="octets">How much is expected; more may come.</param>
    public BsonWriter(int octets = FirstOctets) => _octets = ArrayPool<byte>.Shared.Rent(octets);

    /// <summary>Octets written so far.</summary>
    public int Length { get; private set; }

    /// <summary>What has been written; valid until the next write.</summary>
    public ReadOnlyMemory<byte> Written => _octets.AsMemory(0, Length);

    /// <summary>Forgets what has been written, or what follows the first <paramref name="length"/> octets, and keeps the memory. No document may be open.</summary>
    public void Clear(int length = 0)
    {
        Length = Math.Min(length, Length);
        _depth = 0;
    }

    /// <summary>Begins a document that is not within another.</summary>
    public BsonWriter BeginDocument()
    {
        Open(-1);
        return this;
    }

    public BsonWriter BeginDocument(ReadOnlySpan<byte> name)
    {
        Head(BsonType.Document, name, 0);
        Open(-1);
        return this;
    }

    public BsonWriter BeginArray(ReadOnlySpan<byte> name)
    {
        Head(BsonType.Array, name, 0);
        Open(0);
        return this;
    }

    /// <summary>Ends the document or array begun last.</summary>
    public BsonWriter End()
    {
        if (_depth == 0) throw new InvalidOperationException("No document is open.");
        Room(1)[0] = 0;
        Length++;
        int start = _starts[--_depth];
        BinaryPrimitives.WriteInt32LittleEndian(_octets.AsSpan(start), Length - start);
        return this;
    }

    public BsonWriter Double(ReadOnlySpan<byte> name, double value)
    {
        BinaryPrimitives.WriteDoubleLittleEndian(Head(BsonType.Double, name, 8), value);
        return this;
    }

    public BsonWriter Int32(ReadOnlySpan<byte> name, int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(Head(BsonType.Int32, name, 4), value);
        return this;
    }

    public BsonWriter Int64(ReadOnlySpan<byte> name, long value) => Wide(BsonType.Int64, name, value);

    /// <summary>An int32 where the value fits into one, else an int64.</summary>
    public BsonWriter Number(ReadOnlySpan<byte> name, long value) => value is >= int.MinValue and <= int.MaxValue ? Int32(name, (int)value) : Int64(name, value);

    public BsonWriter Boolean(ReadOnlySpan<byte> name, bool value)
    {
        Head(BsonType.Boolean, name, 1)[0] = value ? (byte)1 : (byte)0;
        return this;
    }

    public BsonWriter Null(ReadOnlySpan<byte> name) => Bare(BsonType.Null, name);

    /// <summary>Null where there is no text.</summary>
    public BsonWriter StringOrNull(ReadOnlySpan<byte> name, string? value) => value is null ? Null(name) : String(name, value);

    /// <summary>A string; halves of surrogate pairs become U+FFFD.</summary>
    public BsonWriter String(ReadOnlySpan<byte> name, string value) => Text(BsonType.String, name, value);

    /// <summary>A string of these octets, whether they are UTF-8 or not.</summary>
    public BsonWriter Utf8(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value) => Utf8(BsonType.String, name, value);

    /// <param name="type"><see cref="BsonType.String"/>, <see cref="BsonType.Code"/> or <see cref="BsonType.Symbol"/>.</param>
    public BsonWriter Utf8(BsonType type, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        Span<byte> room = Head(type, name, value.Length + 5);
        BinaryPrimitives.WriteInt32LittleEndian(room, value.Length + 1);
        value.CopyTo(room[4..]);
        room[value.Length + 4] = 0;
        return this;
    }

    public BsonWriter ObjectId(ReadOnlySpan<byte> name, MessageId value)
    {
        value.Write(Head(BsonType.ObjectId, name, BsonLayout.ObjectIdOctets));
        return this;
    }

    /// <summary>A date, cut to whole milliseconds.</summary>
    public BsonWriter DateTime(ReadOnlySpan<byte> name, DateTimeOffset value) => DateTime(name, value.ToUnixTimeMilliseconds());

    /// <param name="milliseconds">Since 1970, UTC.</param>
    public BsonWriter DateTime(ReadOnlySpan<byte> name, long milliseconds) => Wide(BsonType.DateTime, name, milliseconds);

    public BsonWriter Timestamp(ReadOnlySpan<byte> name, ulong value) => Wide(BsonType.Timestamp, name, (long)value);

    public BsonWriter Binary(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, byte subtype = 0)
    {
        int inner = subtype == OldBinary ? 4 : 0;
        Span<byte> room = Head(BsonType.Binary, name, value.Length + 5 + inner);
        BinaryPrimitives.WriteInt32LittleEndian(room, value.Length + inner);
        room[4] = subtype;
        if (inner > 0) BinaryPrimitives.WriteInt32LittleEndian(room[5..], value.Length);
        value.CopyTo(room[(5 + inner)..]);
        return this;
    }

    /// <param name="options">Letters in any order; they are written in that of the alphabet, as BSON wants it.</param>
    /// <exception cref="BsonException">Pattern or options have a zero in them.</exception>
    public BsonWriter RegularExpression(ReadOnlySpan<byte> name, string pattern, string options = "")
    {
        int length = Encoding.UTF8.GetByteCount(pattern), rest = Encoding.UTF8.GetByteCount(options);
        if (pattern.Contains('\0') || options.Contains('\0')) throw new BsonException("A regular expression in BSON cannot have a zero in it.");
        Span<byte> room = Head(BsonType.RegularExpression, name, length + rest + 2);
        Encoding.UTF8.GetBytes(pattern, room);
        room[length] = 0;
        Encoding.UTF8.GetBytes(options, room[(length + 1)..]);
        room.Slice(length + 1, rest).Sort();
        room[length + 1 + rest] = 0;
        return this;
    }

    public BsonWriter Document(ReadOnlySpan<byte> name, BsonDocument value) => Value(BsonType.Document, name, value.Octets.Span);

    public BsonWriter Array(ReadOnlySpan<byte> name, BsonDocument value) => Value(BsonType.Array, name, value.Octets.Span);

    /// <summary>A document that is not within another, or one more in an array.</summary>
    public BsonWriter Document(BsonDocument value)
    {
        if (_depth > 0) return Document(default, value);
        value.Octets.Span.CopyTo(Room(value.Length));
        Length += value.Length;
        return this;
    }

    /// <summary>The element as it is, in an array with the next index for its name.</summary>
    public BsonWriter Element(BsonElement element) => Value(element.Type, element.Name, element.Value.Span);

    /// <summary>The element's value under another name.</summary>
    public BsonWriter Element(ReadOnlySpan<byte> name, BsonElement element) => Value(element.Type, name, element.Value.Span);

    /// <summary>All elements of a document, one after the other.</summary>
    public BsonWriter Elements(BsonDocument document)
    {
        foreach (BsonElement element in document) Element(element);
        return this;
    }

    /// <summary>A value that is laid out already.</summary>
    public BsonWriter Value(BsonType type, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        value.CopyTo(Head(type, name, value.Length));
        return this;
    }

    /// <summary>A value that is nothing but its type.</summary>
    public BsonWriter Bare(BsonType type, ReadOnlySpan<byte> name)
    {
        Head(type, name, 0);
        return this;
    }

    /// <summary>Octets that are part of no document, as messages on the wire have them around their documents. No document may be open.</summary>
    public BsonWriter Raw(ReadOnlySpan<byte> octets)
    {
        octets.CopyTo(Room(octets.Length));
        Length += octets.Length;
        return this;
    }

    /// <inheritdoc cref="Raw(ReadOnlySpan{byte})"/>
    public BsonWriter Raw(int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(Room(sizeof(int)), value);
        Length += sizeof(int);
        return this;
    }

    /// <summary>Writes over four octets that are there already: a length that was not known before.</summary>
    public void Overwrite(int place, int value) => BinaryPrimitives.WriteInt32LittleEndian(_octets.AsSpan(0, Length)[place..], value);

    /// <summary>A copy of what has been written, which must be one whole document.</summary>
    public BsonDocument ToDocument() => _depth == 0 ? new(Written.ToArray()) : throw new InvalidOperationException("A document is still open.");

    public void Advance(int count) => Length += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Room(Math.Max(sizeHint, 1));
        return _octets.AsMemory(Length);
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public void Dispose()
    {
        if (_octets.Length > 0) ArrayPool<byte>.Shared.Return(_octets);
        _octets = [];
        Length = 0;
        _depth = 0;
    }

    private BsonWriter Wide(BsonType type, ReadOnlySpan<byte> name, long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(Head(type, name, 8), value);
        return this;
    }

    private BsonWriter Text(BsonType type, ReadOnlySpan<byte> name, string value)
    {
        int length = Encoding.UTF8.GetByteCount(value);
        Span<byte> room = Head(type, name, length + 5);
        BinaryPrimitives.WriteInt32LittleEndian(room, length + 1);
        Encoding.UTF8.GetBytes(value, room[4..]);
        room[length + 4] = 0;
        return this;
    }

    /// <param name="index">Of the array's first element; -1 for a document, whose elements have names.</param>
    private void Open(int index)
    {
        if (_depth == BsonLayout.Depth) throw new BsonException($"A BSON document may be nested {BsonLayout.Depth} levels deep, not more.");
        _indexes[_depth] = index;
        _starts[_depth++] = Length;
        Room(sizeof(int));
        Length += sizeof(int);
    }

    /// <summary>Writes type and name, and makes room for the value.</summary>
    /// <returns>The value's place, counted as written.</returns>
    private Span<byte> Head(BsonType type, scoped ReadOnlySpan<byte> name, int value)
    {
        if (_depth == 0) throw new InvalidOperationException("An element belongs into a document.");
        Span<byte> digits = stackalloc byte[11];
        if (_indexes[_depth - 1] >= 0)
        {
            Utf8Formatter.TryFormat(_indexes[_depth - 1]++, digits, out int written);
            name = digits[..written];
        }
        else if (name.Contains((byte)0)) throw new BsonException("The name of a BSON element cannot have a zero in it.");
        Span<byte> room = Room(checked(name.Length + 2 + value));
        room[0] = (byte)type;
        name.CopyTo(room[1..]);
        room[name.Length + 1] = 0;
        Length += name.Length + 2 + value;
        return room.Slice(name.Length + 2, value);
    }

    private Span<byte> Room(int count)
    {
        int needed = checked(Length + count);
        if (needed > _octets.Length)
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent((int)Math.Max(needed, Math.Min(_octets.Length * 2L, System.Array.MaxLength)));
            Written.Span.CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_octets);
            _octets = larger;
        }
        return _octets.AsSpan(Length);
    }
}
