using Smtpd.Mongo.Bson;

namespace Smtpd.Mongo.Sessions;

/// <summary>
/// What a server knows a sequence of commands by. A write that is sent again under the same session and number is done once. Used by one
/// operation at a time.
/// </summary>
internal sealed class ServerSession
{
    private const byte UuidSubtype = 4;

    public ServerSession()
    {
        Span<byte> uuid = stackalloc byte[16];
        Guid.NewGuid().TryWriteBytes(uuid, bigEndian: true, out _);
        using var writer = new BsonWriter(64);
        Id = writer.BeginDocument().Binary("id"u8, uuid, UuidSubtype).End().ToDocument();
    }

    /// <summary><c>{id: UUID}</c>, as it goes along with every command.</summary>
    public BsonDocument Id { get; }

    /// <summary>The number of the last write.</summary>
    public long Number { get; private set; }

    /// <summary>When it was last used, by the clock's own count.</summary>
    public long LastUse { get; set; }

    /// <summary>True once an answer was lost: a server may still be busy with what was asked, so that nobody else should use it.</summary>
    public bool IsDirty { get; set; }

    /// <summary>The number for a new write.</summary>
    public long Next() => ++Number;
}
