using System.Buffers.Binary;
using Smtpd.Mongo.Bson;

namespace Smtpd.Mongo.Wire;

/// <summary>Reads answers of servers. Nothing in them is believed before it was looked at.</summary>
internal static class WireReply
{
    private const int ShortestReply = 20;
    private const int QueryFailure = 1 << 1;
    private const int CursorNotFound = 1 << 0;

    /// <summary>Reads the head of an answer.</summary>
    /// <param name="header">Exactly <see cref="WireFormat.HeaderOctets"/> octets.</param>
    /// <param name="requestId">The request that should be answered.</param>
    /// <returns>How many octets follow the header, and the kind of the answer.</returns>
    /// <exception cref="WireException">It is no answer to the request, or too long or short to be one.</exception>
    public static (int Octets, int Kind) ReadHeader(ReadOnlySpan<byte> header, int requestId)
    {
        int length = BinaryPrimitives.ReadInt32LittleEndian(header);
        int responseTo = BinaryPrimitives.ReadInt32LittleEndian(header[8..]);
        int kind = BinaryPrimitives.ReadInt32LittleEndian(header[12..]);
        if (kind is not (WireFormat.Message or WireFormat.Reply)) throw new WireException($"an answer of the unknown kind {kind} has come: is this a MongoDB server?");
        if (length is < WireFormat.HeaderOctets + BsonLayout.SmallestDocument or > WireFormat.LongestReply) throw new WireException($"an answer says that it has {length} octets");
        if (responseTo != requestId) throw new WireException($"an answer to request {responseTo} has come, and {requestId} was asked");
        return (length - WireFormat.HeaderOctets, kind);
    }

    /// <param name="body">What follows the header.</param>
    /// <exception cref="WireException">It is malformed.</exception>
    public static BsonDocument ReadBody(ReadOnlyMemory<byte> body, int kind)
    {
        BsonDocument document = kind == WireFormat.Message ? ReadMessage(body) : ReadOldReply(body);
        try
        {
            // Strings may be what they like: other programs have written them.
            BsonValidator.Verify(document.Octets.Span, text: false);
        }
        catch (BsonException damaged)
        {
            throw new WireException($"an answer is damaged: {damaged.Message}", damaged);
        }
        return document;
    }

    private static BsonDocument ReadMessage(ReadOnlyMemory<byte> body)
    {
        if (body.Length < sizeof(int) + 1 + BsonLayout.SmallestDocument) throw new WireException($"an answer of {body.Length} octets is too short");
        int flags = BinaryPrimitives.ReadInt32LittleEndian(body.Span);
        // Neither a checksum nor a stream of answers is ever asked for; of the upper half nothing needs to be understood.
        if ((flags & 0xFFFF) != 0) throw new WireException($"an answer has the flags 0x{flags:X}, which were not asked for");
        if (body.Span[sizeof(int)] != WireFormat.BodySection) throw new WireException($"an answer begins with a section of kind {body.Span[sizeof(int)]}");
        return Document(body[(sizeof(int) + 1)..]);
    }

    private static BsonDocument ReadOldReply(ReadOnlyMemory<byte> body)
    {
        if (body.Length < ShortestReply + BsonLayout.SmallestDocument) throw new WireException($"an answer of {body.Length} octets is too short");
        int flags = BinaryPrimitives.ReadInt32LittleEndian(body.Span), documents = BinaryPrimitives.ReadInt32LittleEndian(body.Span[16..]);
        if ((flags & CursorNotFound) != 0 || documents != 1) throw new WireException($"an answer to the greeting has {documents} documents");
        BsonDocument document = Document(body[ShortestReply..]);
        if ((flags & QueryFailure) == 0) return document;
        throw new WireException($"the server refuses the greeting: {document["$err"u8].AsString() ?? document["errmsg"u8].AsString() ?? "it gives no reason"}");
    }

    private static BsonDocument Document(ReadOnlyMemory<byte> octets)
    {
        try
        {
            return new BsonDocument(octets);
        }
        catch (BsonException damaged)
        {
            throw new WireException($"an answer is damaged: {damaged.Message}", damaged);
        }
    }
}
