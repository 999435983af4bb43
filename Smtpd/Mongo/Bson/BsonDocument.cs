using System.Buffers.Binary;
using Smtpd.Mail;

namespace Smtpd.Mongo.Bson;

/// <summary>
/// A document or an array as it stands in memory: nothing is copied and nothing is decoded before it is asked for. The octets
/// must stay as they are for as long as the view is used.
/// </summary>
internal readonly struct BsonDocument
{
    private static readonly byte[] NoElements = [BsonLayout.SmallestDocument, 0, 0, 0, 0];

    private readonly ReadOnlyMemory<byte> _octets;

    /// <param name="octets">From the length to the final zero, and nothing else.</param>
    /// <exception cref="BsonException">The octets are not as many as the document says, or it has no end. What lies between is not looked at yet.</exception>
    public BsonDocument(ReadOnlyMemory<byte> octets)
    {
        ReadOnlySpan<byte> span = octets.Span;
        if (span.Length < BsonLayout.SmallestDocument || BinaryPrimitives.ReadInt32LittleEndian(span) != span.Length || span[^1] != 0)
            throw new BsonException($"{span.Length} octets are not one BSON document: its length or its end is another.");
        _octets = octets;
    }

    public static BsonDocument Empty => default;

    /// <summary>The document itself, from its length to its final zero.</summary>
    public ReadOnlyMemory<byte> Octets => _octets.IsEmpty ? NoElements : _octets;

    public int Length => _octets.IsEmpty ? BsonLayout.SmallestDocument : _octets.Length;

    public bool IsEmpty => _octets.Length <= BsonLayout.SmallestDocument;

    /// <summary>The first element of that name; one that does not exist, and has the default for every value, where there is none.</summary>
    /// <exception cref="BsonException">The document is damaged before that element.</exception>
    public BsonElement this[ReadOnlySpan<byte> name]
    {
        get
        {
            foreach (BsonElement element in this)
            {
                if (element.Name.SequenceEqual(name)) return element;
            }
            return default;
        }
    }

    public BsonElement this[string name]
    {
        get
        {
            foreach (BsonElement element in this)
            {
                if (element.IsNamed(name)) return element;
            }
            return default;
        }
    }

    /// <summary>How many elements there are. Walks over them.</summary>
    public int Count
    {
        get
        {
            int count = 0;
            foreach (BsonElement _ in this) count++;
            return count;
        }
    }

    /// <summary>The first element: in a command, the one that names it. One that does not exist when there are none.</summary>
    public BsonElement First
    {
        get
        {
            Enumerator elements = GetEnumerator();
            return elements.MoveNext() ? elements.Current : default;
        }
    }

    public bool Has(ReadOnlySpan<byte> name) => this[name].Exists;

    /// <summary>The same document in memory of its own, which a buffer that is given back cannot change.</summary>
    public BsonDocument Copy() => IsEmpty ? Empty : new(_octets.ToArray());

    public Enumerator GetEnumerator() => new(_octets);

    /// <summary>A document of one element.</summary>
    public static BsonDocument Of(ReadOnlySpan<byte> name, int value)
    {
        using var writer = new BsonWriter();
        return writer.BeginDocument().Int32(name, value).End().ToDocument();
    }

    /// <inheritdoc cref="Of(ReadOnlySpan{byte}, int)"/>
    public static BsonDocument Of(ReadOnlySpan<byte> name, string value)
    {
        using var writer = new BsonWriter();
        return writer.BeginDocument().String(name, value).End().ToDocument();
    }

    /// <inheritdoc cref="Of(ReadOnlySpan{byte}, int)"/>
    public static BsonDocument Of(ReadOnlySpan<byte> name, MessageId value)
    {
        using var writer = new BsonWriter();
        return writer.BeginDocument().ObjectId(name, value).End().ToDocument();
    }

    /// <inheritdoc cref="Of(ReadOnlySpan{byte}, int)"/>
    public static BsonDocument Of(ReadOnlySpan<byte> name, BsonDocument value)
    {
        using var writer = new BsonWriter();
        return writer.BeginDocument().Document(name, value).End().ToDocument();
    }

    /// <summary>Walks over the elements in their order.</summary>
    public struct Enumerator
    {
        private readonly ReadOnlyMemory<byte> _octets;
        private int _next;

        internal Enumerator(ReadOnlyMemory<byte> octets)
        {
            _octets = octets;
            _next = sizeof(int);
        }

        public BsonElement Current { get; private set; }

        /// <exception cref="BsonException">The next element does not fit into the document.</exception>
        public bool MoveNext()
        {
            int end = _octets.Length - 1;
            if (_next >= end) return false;
            ReadOnlySpan<byte> rest = _octets.Span[_next..end];
            var type = (BsonType)rest[0];
            int name = rest[1..].IndexOf((byte)0);
            int length = name < 0 ? -1 : BsonLayout.ValueLength(type, rest[(name + 2)..]);
            if (length < 0) throw new BsonException($"The BSON element at octet {_next} of {_octets.Length} (type 0x{(byte)type:X2}) is damaged.");
            Current = new BsonElement(_octets.Slice(_next, name + 2 + length), name);
            _next += name + 2 + length;
            return true;
        }
    }
}
