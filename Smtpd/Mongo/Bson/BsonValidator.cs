using System.Buffers.Binary;
using System.Text.Unicode;

namespace Smtpd.Mongo.Bson;

/// <summary>Looks at every octet of a document before anybody relies on it.</summary>
internal static class BsonValidator
{
    /// <param name="octets">What should be exactly one document.</param>
    /// <param name="text">True to refuse names and strings that are not UTF-8. Documents of other programs may hold such.</param>
    /// <exception cref="BsonException">It is none; the message says what is wrong and where.</exception>
    public static void Verify(ReadOnlySpan<byte> octets, bool text = true)
    {
        if (Fault(octets, 0, text, 1) is { } fault) throw new BsonException(fault);
    }

    /// <summary>Whether the octets are one document.</summary>
    /// <inheritdoc cref="Verify(ReadOnlySpan{byte}, bool)"/>
    public static bool IsValid(ReadOnlySpan<byte> octets, bool text = true) => Fault(octets, 0, text, 1) is null;

    /// <returns>What is wrong; null when nothing is.</returns>
    private static string? Fault(ReadOnlySpan<byte> octets, int offset, bool text, int depth)
    {
        if (depth > BsonLayout.Depth) return $"BSON at octet {offset}: nested more than {BsonLayout.Depth} levels deep.";
        if (octets.Length < BsonLayout.SmallestDocument) return $"BSON at octet {offset}: {octets.Length} octets are no document.";
        int stated = BinaryPrimitives.ReadInt32LittleEndian(octets);
        if (stated != octets.Length) return $"BSON at octet {offset}: a document of {octets.Length} octets says that it has {stated}.";
        if (octets[^1] != 0) return $"BSON at octet {offset}: a document without its final zero.";

        int place = sizeof(int), end = octets.Length - 1;
        while (place < end)
        {
            ReadOnlySpan<byte> rest = octets[place..end];
            var type = (BsonType)rest[0];
            int name = rest[1..].IndexOf((byte)0);
            if (name < 0) return $"BSON at octet {offset + place}: a name without an end.";
            if (text && !Utf8.IsValid(rest.Slice(1, name))) return $"BSON at octet {offset + place}: a name that is not UTF-8.";
            int start = name + 2;
            int length = BsonLayout.ValueLength(type, rest[start..]);
            if (length < 0) return $"BSON at octet {offset + place}: an element of type 0x{(byte)type:X2} that is damaged.";
            if (ValueFault(type, rest.Slice(start, length), offset + place + start, text, depth) is { } fault) return fault;
            place += start + length;
        }
        return null;
    }

    /// <param name="value">A value as long as it says itself.</param>
    private static string? ValueFault(BsonType type, ReadOnlySpan<byte> value, int offset, bool text, int depth)
    {
        switch (type)
        {
            case BsonType.Document or BsonType.Array:
                return Fault(value, offset, text, depth + 1);
            case BsonType.CodeWithScope:
                return CodeWithScopeFault(value, offset, text, depth);
            case BsonType.Boolean when value[0] > 1:
                return $"BSON at octet {offset}: a boolean that is neither 0 nor 1.";
            case BsonType.Binary when value[4] == BsonWriter.OldBinary:
                return value.Length >= 9 && BinaryPrimitives.ReadInt32LittleEndian(value[5..]) == value.Length - 9 ? null : $"BSON at octet {offset}: a binary value whose two lengths differ.";
            case BsonType.String or BsonType.Code or BsonType.Symbol when text && !Utf8.IsValid(value[4..^1]):
            case BsonType.DbPointer when text && !Utf8.IsValid(value[4..^(BsonLayout.ObjectIdOctets + 1)]):
            case BsonType.RegularExpression when text && !Utf8.IsValid(value):
                return $"BSON at octet {offset}: a string that is not UTF-8.";
            default:
                return null;
        }
    }

    private static string? CodeWithScopeFault(ReadOnlySpan<byte> value, int offset, bool text, int depth)
    {
        int code = BsonLayout.StringLength(value[sizeof(int)..]);
        if (code < 0) return $"BSON at octet {offset}: code that is damaged.";
        if (text && !Utf8.IsValid(value.Slice(2 * sizeof(int), code - sizeof(int) - 1))) return $"BSON at octet {offset}: a string that is not UTF-8.";
        int scope = sizeof(int) + code;
        return Fault(value[scope..], offset + scope, text, depth + 1);
    }
}
