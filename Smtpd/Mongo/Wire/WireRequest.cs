using System.Text;
using Smtpd.Mongo.Bson;
using Smtpd.Mongo.Commands;

namespace Smtpd.Mongo.Wire;

/// <summary>Writes requests as they go over the wire.</summary>
internal static class WireRequest
{
    private static ReadOnlySpan<byte> CommandCollection => "admin.$cmd\0"u8;

    /// <summary>A command in the old way (OP_QUERY), for the first greeting.</summary>
    public static void WriteQuery(BsonWriter writer, int requestId, BsonDocument command)
    {
        writer.Clear();
        writer.Raw(0).Raw(requestId).Raw(0).Raw(WireFormat.Query);
        writer.Raw(0).Raw(CommandCollection).Raw(0).Raw(-1).Document(command);
        writer.Overwrite(0, writer.Length);
    }

    /// <summary>A whole command as a message (OP_MSG), with what every command carries.</summary>
    public static void WriteCommand(BsonWriter writer, int requestId, MongoCommand command, in CommandSurroundings around)
    {
        writer.Clear();
        bool isAcknowledged = command.WriteConcern?.IsAcknowledged ?? true;
        writer.Raw(0).Raw(requestId).Raw(0).Raw(WireFormat.Message).Raw(isAcknowledged ? 0 : WireFormat.MoreToCome);
        writer.Raw([WireFormat.BodySection]).BeginDocument().Elements(command.Body);
        if (command.ReadConcern is { } level) writer.BeginDocument("readConcern"u8).String("level"u8, level).End();
        if (command.WriteConcern is { } concern) Write(writer, concern);
        if (!around.Session.IsEmpty) writer.Document("lsid"u8, around.Session);
        if (around.Number is { } number) writer.Int64("txnNumber"u8, number);
        if (!around.ClusterTime.IsEmpty) writer.Document("$clusterTime"u8, around.ClusterTime);
        if (around.Preference is { } preference) Write(writer, preference);
        writer.String("$db"u8, command.Database).End();
        if (command.Payload is { } payload) Write(writer, payload);
        writer.Overwrite(0, writer.Length);
    }

    private static void Write(BsonWriter writer, CommandPayload payload)
    {
        writer.Raw([WireFormat.DocumentSection]);
        int start = writer.Length;
        writer.Raw(0).Raw(Encoding.UTF8.GetBytes(payload.Name)).Raw([0]);
        for (int i = payload.Start; i < payload.Start + payload.Count; i++) writer.Raw(payload.Documents[i].Span);
        writer.Overwrite(start, writer.Length - start);
    }

    private static void Write(BsonWriter writer, WriteConcern concern)
    {
        if (concern is { Members: null, Mode: null, Journal: null, Timeout: null }) return;
        writer.BeginDocument("writeConcern"u8);
        if (concern.Members is { } members) writer.Int32("w"u8, members);
        else if (concern.Mode is { } mode) writer.String("w"u8, mode);
        if (concern.Journal is { } journal) writer.Boolean("j"u8, journal);
        if (concern.Timeout is { } timeout) writer.Number("wtimeout"u8, (long)timeout.TotalMilliseconds);
        writer.End();
    }

    private static void Write(BsonWriter writer, ReadPreference preference)
    {
        writer.BeginDocument("$readPreference"u8).Utf8("mode"u8, preference.Mode switch
        {
            ReadMode.PrimaryPreferred => "primaryPreferred"u8,
            ReadMode.Secondary => "secondary"u8,
            ReadMode.SecondaryPreferred => "secondaryPreferred"u8,
            ReadMode.Nearest => "nearest"u8,
            _ => "primary"u8,
        });
        if (preference.TagSets.Count > 0)
        {
            writer.BeginArray("tags"u8);
            foreach (IReadOnlyDictionary<string, string> set in preference.TagSets)
            {
                writer.BeginDocument(default);
                foreach ((string name, string value) in set) writer.String(Encoding.UTF8.GetBytes(name), value);
                writer.End();
            }
            writer.End();
        }
        if (preference.MaxStaleness is { } staleness) writer.Number("maxStalenessSeconds"u8, (long)staleness.TotalSeconds);
        writer.End();
    }
}
