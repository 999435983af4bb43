namespace Smtpd.Mongo.Bson;

/// <summary>The octet before an element's name, which says what its value is (bsonspec.org).</summary>
internal enum BsonType : byte
{
    /// <summary>No element: what a look-up gives for a name that is not there.</summary>
    None = 0x00,
    Double = 0x01,
    String = 0x02,
    Document = 0x03,
    Array = 0x04,
    Binary = 0x05,

    /// <summary>Deprecated.</summary>
    Undefined = 0x06,
    ObjectId = 0x07,
    Boolean = 0x08,

    /// <summary>Milliseconds since 1970, UTC.</summary>
    DateTime = 0x09,
    Null = 0x0A,
    RegularExpression = 0x0B,

    /// <summary>Deprecated.</summary>
    DbPointer = 0x0C,
    Code = 0x0D,

    /// <summary>Deprecated.</summary>
    Symbol = 0x0E,

    /// <summary>Deprecated.</summary>
    CodeWithScope = 0x0F,
    Int32 = 0x10,

    /// <summary>Seconds in the upper half, a counter in the lower one: the server's own clock, not a date.</summary>
    Timestamp = 0x11,
    Int64 = 0x12,
    Decimal128 = 0x13,
    MaxKey = 0x7F,
    MinKey = 0xFF,
}
