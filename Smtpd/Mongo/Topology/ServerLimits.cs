using Smtpd.Mongo.Bson;

namespace Smtpd.Mongo.Topology;

/// <summary>How much a server takes at once. What it does not say is as every server has it.</summary>
internal sealed record ServerLimits
{
    /// <summary>Octets of one document.</summary>
    public int DocumentOctets { get; init; } = 16 * 1024 * 1024;

    /// <summary>Octets of one message on the wire.</summary>
    public int MessageOctets { get; init; } = 48_000_000;

    /// <summary>Writes in one command.</summary>
    public int BatchWrites { get; init; } = 100_000;

    /// <summary>From a reply to hello. A number that is none, or less than a document needs, is passed over.</summary>
    public static ServerLimits From(BsonDocument hello)
    {
        var standard = new ServerLimits();
        return new ServerLimits
        {
            DocumentOctets = Positive(hello["maxBsonObjectSize"u8], standard.DocumentOctets),
            MessageOctets = Positive(hello["maxMessageSizeBytes"u8], standard.MessageOctets),
            BatchWrites = Positive(hello["maxWriteBatchSize"u8], standard.BatchWrites),
        };
    }

    private static int Positive(BsonElement element, int standard) => element.AsInt32() is > 0 and var number ? number : standard;
}
