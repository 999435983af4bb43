using System.Text.Unicode;
using Smtpd.Mime;
using Smtpd.Mongo.Bson;

namespace Smtpd.Storage.Mongo;

/// <summary>Writes text whose octets nobody has checked. What is not UTF-8 is read as what such senders mostly mean: drivers refuse other strings.</summary>
internal static class StoredText
{
    public static void Write(BsonWriter bson, ReadOnlySpan<byte> name, ReadOnlySpan<byte> octets)
    {
        if (Utf8.IsValid(octets)) bson.Utf8(name, octets);
        else bson.String(name, HeaderText.Decode(octets));
    }
}
