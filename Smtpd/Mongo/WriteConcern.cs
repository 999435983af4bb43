using Smtpd.Mongo.Bson;

namespace Smtpd.Mongo;

/// <summary>How safe a write is when MongoDB says that it is done.</summary>
/// <param name="Members">How many members of the replica set have it; null where <paramref name="Mode"/> says it.</param>
/// <param name="Mode"><c>majority</c>, or a name from the replica set's configuration; null where <paramref name="Members"/> says it.</param>
/// <param name="Journal">True when it is in the journal too; null: the server's own default.</param>
/// <param name="Timeout">How long the server waits for the other members; null: without end.</param>
internal sealed record WriteConcern(int? Members, string? Mode, bool? Journal, TimeSpan? Timeout = null)
{
    public const string MajorityMode = "majority";

    /// <summary>On the disks of more than half: what an acknowledged message needs to survive the loss of a member.</summary>
    public static WriteConcern Safe { get; } = new(null, MajorityMode, true);

    /// <summary>False where MongoDB answers before it has written anything.</summary>
    public bool IsAcknowledged => Members is not 0;

    /// <summary>Writes the document of that name which goes with a command. What is not said in it is as the server's default has it.</summary>
    public BsonWriter Write(BsonWriter writer, ReadOnlySpan<byte> name)
    {
        writer.BeginDocument(name);
        if (Mode is { } mode) writer.String("w"u8, mode);
        else if (Members is { } members) writer.Int32("w"u8, members);
        if (Journal is { } journal) writer.Boolean("j"u8, journal);
        if (Timeout is { } timeout) writer.Number("wtimeout"u8, (long)timeout.TotalMilliseconds);
        return writer.End();
    }
}
