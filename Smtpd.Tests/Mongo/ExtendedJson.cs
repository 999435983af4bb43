using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Smtpd.Mail;
using Smtpd.Mongo.Bson;

namespace Smtpd.Tests.Mongo;

/// <summary>Reads MongoDB's Extended JSON (version 2, canonical and relaxed), in which the specification tests write their documents.</summary>
internal static class ExtendedJson
{
    private static readonly HashSet<string> Wrappers =
    [
        "$oid", "$symbol", "$numberInt", "$numberLong", "$numberDouble", "$numberDecimal", "$binary", "$uuid", "$code", "$timestamp",
        "$regularExpression", "$dbPointer", "$date", "$minKey", "$maxKey", "$undefined",
    ];

    /// <exception cref="FormatException">The text is not Extended JSON.</exception>
    public static BsonDocument Read(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        return Read(document.RootElement);
    }

    /// <param name="value">An object, or an array, which becomes a document with indexes for names.</param>
    public static BsonDocument Read(JsonElement value)
    {
        using var writer = new BsonWriter();
        writer.BeginDocument();
        if (value.ValueKind == JsonValueKind.Array)
        {
            int index = 0;
            foreach (JsonElement item in value.EnumerateArray()) Write(writer, (index++).ToString(CultureInfo.InvariantCulture), item);
        }
        else
        {
            foreach (JsonProperty member in value.EnumerateObject()) Write(writer, member.Name, member.Value);
        }
        return writer.End().ToDocument();
    }

    private static void Write(BsonWriter writer, string name, JsonElement value)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(name);
        switch (value.ValueKind)
        {
            case JsonValueKind.Null: writer.Null(utf8); break;
            case JsonValueKind.True: writer.Boolean(utf8, true); break;
            case JsonValueKind.False: writer.Boolean(utf8, false); break;
            case JsonValueKind.String: writer.String(utf8, value.GetString()!); break;
            case JsonValueKind.Number when value.TryGetInt64(out long whole) && !value.GetRawText().AsSpan().ContainsAny(".eE"): writer.Number(utf8, whole); break;
            case JsonValueKind.Number: writer.Double(utf8, value.GetDouble()); break;
            case JsonValueKind.Array:
                writer.BeginArray(utf8);
                foreach (JsonElement item in value.EnumerateArray()) Write(writer, "", item);
                writer.End();
                break;
            case JsonValueKind.Object:
                WriteObject(writer, utf8, value);
                break;
            default:
                throw new FormatException("not a JSON value");
        }
    }

    private static void WriteObject(BsonWriter writer, byte[] name, JsonElement value)
    {
        string? wrapper = value.EnumerateObject().Select(member => member.Name).FirstOrDefault(Wrappers.Contains);
        if (wrapper is not null)
        {
            WriteWrapped(writer, name, wrapper, value);
            return;
        }
        writer.BeginDocument(name);
        foreach (JsonProperty member in value.EnumerateObject()) Write(writer, member.Name, member.Value);
        writer.End();
    }

    private static void WriteWrapped(BsonWriter writer, byte[] name, string wrapper, JsonElement value)
    {
        JsonElement inner = value.GetProperty(wrapper);
        if (wrapper == "$code")
        {
            WriteCode(writer, name, value, inner);
            return;
        }
        Only(value, wrapper);
        switch (wrapper)
        {
            case "$oid": writer.ObjectId(name, ObjectId(inner)); break;
            case "$symbol": writer.Utf8(BsonType.Symbol, name, Utf8(inner)); break;
            case "$numberInt": writer.Int32(name, int.Parse(Text(inner), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture)); break;
            case "$numberLong": writer.Int64(name, long.Parse(Text(inner), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture)); break;
            case "$numberDouble": writer.Double(name, Double(Text(inner))); break;
            case "$numberDecimal": WriteDecimal(writer, name, Text(inner)); break;
            case "$binary": WriteBinary(writer, name, inner); break;
            case "$uuid": writer.Binary(name, Guid.ParseExact(Text(inner), "D").ToByteArray(bigEndian: true), 4); break;
            case "$timestamp": writer.Timestamp(name, Timestamp(inner)); break;
            case "$regularExpression":
                Only(inner, "pattern", "options");
                writer.RegularExpression(name, Text(inner.GetProperty("pattern")), Text(inner.GetProperty("options")));
                break;
            case "$dbPointer": WritePointer(writer, name, inner); break;
            case "$date": writer.DateTime(name, Milliseconds(inner)); break;
            case "$minKey": One(inner); writer.Bare(BsonType.MinKey, name); break;
            case "$maxKey": One(inner); writer.Bare(BsonType.MaxKey, name); break;
            case "$undefined": writer.Bare(inner.ValueKind == JsonValueKind.True ? BsonType.Undefined : throw new FormatException("$undefined is true"), name); break;
        }
    }

    private static void WriteCode(BsonWriter writer, byte[] name, JsonElement value, JsonElement code)
    {
        byte[] text = Utf8(code);
        if (!value.TryGetProperty("$scope", out JsonElement scope))
        {
            Only(value, "$code");
            writer.Utf8(BsonType.Code, name, text);
            return;
        }
        Only(value, "$code", "$scope");
        if (scope.ValueKind != JsonValueKind.Object) throw new FormatException("$scope is a document");
        byte[] document = Read(scope).Octets.ToArray();
        byte[] laidOut = new byte[4 + 4 + text.Length + 1 + document.Length];
        BinaryPrimitives.WriteInt32LittleEndian(laidOut, laidOut.Length);
        BinaryPrimitives.WriteInt32LittleEndian(laidOut.AsSpan(4), text.Length + 1);
        text.CopyTo(laidOut, 8);
        document.CopyTo(laidOut, 8 + text.Length + 1);
        writer.Value(BsonType.CodeWithScope, name, laidOut);
    }

    private static void WriteBinary(BsonWriter writer, byte[] name, JsonElement inner)
    {
        Only(inner, "base64", "subType");
        byte subtype = byte.Parse(Text(inner.GetProperty("subType")), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        writer.Binary(name, Convert.FromBase64String(Text(inner.GetProperty("base64"))), subtype);
    }

    private static void WriteDecimal(BsonWriter writer, byte[] name, string text)
    {
        Span<byte> octets = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128LittleEndian(octets, Decimal128Text.Parse(text));
        writer.Value(BsonType.Decimal128, name, octets);
    }

    private static void WritePointer(BsonWriter writer, byte[] name, JsonElement inner)
    {
        Only(inner, "$ref", "$id");
        byte[] text = Utf8(inner.GetProperty("$ref"));
        byte[] laidOut = new byte[4 + text.Length + 1 + MessageId.Octets];
        BinaryPrimitives.WriteInt32LittleEndian(laidOut, text.Length + 1);
        text.CopyTo(laidOut, 4);
        ObjectId(inner.GetProperty("$id").GetProperty("$oid")).Write(laidOut.AsSpan(4 + text.Length + 1));
        writer.Value(BsonType.DbPointer, name, laidOut);
    }

    private static ulong Timestamp(JsonElement inner)
    {
        Only(inner, "t", "i");
        return inner.GetProperty("t").ValueKind == JsonValueKind.Number && inner.GetProperty("i").ValueKind == JsonValueKind.Number
            ? ((ulong)inner.GetProperty("t").GetUInt32() << 32) | inner.GetProperty("i").GetUInt32()
            : throw new FormatException("t and i are numbers");
    }

    private static long Milliseconds(JsonElement inner)
    {
        if (inner.ValueKind == JsonValueKind.String)
            return DateTimeOffset.Parse(inner.GetString()!, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal).ToUnixTimeMilliseconds();
        if (inner.ValueKind != JsonValueKind.Object) throw new FormatException("$date is a text or $numberLong");
        Only(inner, "$numberLong");
        return long.Parse(Text(inner.GetProperty("$numberLong")), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
    }

    private static double Double(string text) => text switch
    {
        "Infinity" => double.PositiveInfinity,
        "-Infinity" => double.NegativeInfinity,
        "NaN" => BitConverter.UInt64BitsToDouble(0x7FF8_0000_0000_0000),
        _ => double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture),
    };

    private static MessageId ObjectId(JsonElement value) => MessageId.TryParse(Text(value), out MessageId id) ? id : throw new FormatException("$oid has 24 digits");

    private static byte[] Utf8(JsonElement value) => Encoding.UTF8.GetBytes(Text(value));

    private static string Text(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : throw new FormatException($"{value} is no text");

    private static void One(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Number || value.GetInt32() != 1) throw new FormatException("the value is 1");
    }

    private static void Only(JsonElement value, params string[] names)
    {
        if (value.ValueKind != JsonValueKind.Object || value.EnumerateObject().Count() != names.Length || !names.All(name => value.TryGetProperty(name, out _)))
            throw new FormatException($"{value} has other members than {string.Join(", ", names)}");
    }
}
