namespace Smtpd.Mongo.Wire;

/// <summary>Numbers of MongoDB's wire protocol. All are little-endian.</summary>
internal static class WireFormat
{
    /// <summary>Length, request id, id of the request that is answered, kind.</summary>
    public const int HeaderOctets = 16;

    /// <summary>Answer to <see cref="Query"/>.</summary>
    public const int Reply = 1;

    /// <summary>The old way to ask, which every server still takes for its first greeting.</summary>
    public const int Query = 2004;

    public const int Message = 2013;

    /// <summary>Flag of a message: four octets of checksum at its end.</summary>
    public const int ChecksumPresent = 1 << 0;

    /// <summary>Flag of a message: what was asked is not answered, or another message follows unasked.</summary>
    public const int MoreToCome = 1 << 1;

    /// <summary>Section of a message that is one document: the command, or the answer.</summary>
    public const byte BodySection = 0;

    /// <summary>Section of a message that is a name and any number of documents.</summary>
    public const byte DocumentSection = 1;

    /// <summary>The longest answer that is read, whatever a server may say of itself.</summary>
    public const int LongestReply = 48_000_000 + (16 * 1024);
}
