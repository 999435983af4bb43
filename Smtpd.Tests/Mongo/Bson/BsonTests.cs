using System.Text;
using NUnit.Framework;
using Smtpd.Mail;
using Smtpd.Mongo.Bson;

namespace Smtpd.Tests.Mongo.Bson;

public sealed class BsonTests
{
    private static readonly MessageId Id = new(0x01020304, 0x0506070809, 0x0a0b0c);

    [Test]
    public void Octets_that_are_not_utf8_come_back_as_they_are_and_are_readable()
    {
        byte[] latin = [.. "caf"u8, 0xE9];
        using var writer = new BsonWriter();
        BsonDocument document = writer.BeginDocument().Utf8("s"u8, latin).End().ToDocument();

        Assert.That(document["s"u8].AsUtf8().ToArray(), Is.EqualTo(latin));
        Assert.That(document["s"u8].AsString(), Is.EqualTo("caf\uFFFD"));
        Assert.That(BsonValidator.IsValid(document.Octets.Span), Is.False);
        Assert.That(BsonValidator.IsValid(document.Octets.Span, text: false), Is.True);
    }

    [Test]
    public void Numbers_are_read_as_whatever_number_is_wanted()
    {
        BsonDocument document = ExtendedJson.Read("""{"i": 7, "l": {"$numberLong": "5000000000"}, "d": 2.75, "b": true, "s": "8", "big": 1e300, "nan": {"$numberDouble": "NaN"}}""");
        Assert.That(document["i"u8].AsInt64(), Is.EqualTo(7));
        Assert.That(document["l"u8].AsInt64(), Is.EqualTo(5_000_000_000));
        Assert.That(document["l"u8].AsInt32(), Is.EqualTo(int.MaxValue));
        Assert.That(document["d"u8].AsInt32(), Is.EqualTo(2));
        Assert.That(document["d"u8].AsDouble(), Is.EqualTo(2.75));
        Assert.That(document["d"u8].AsBoolean(), Is.True);
        Assert.That(document["b"u8].AsInt32(), Is.EqualTo(1));
        Assert.That(document["s"u8].AsInt32(-1), Is.EqualTo(-1));
        Assert.That(document["big"u8].AsInt64(), Is.EqualTo(long.MaxValue));
        Assert.That(document["nan"u8].AsInt64(), Is.Zero);
    }

    [Test]
    public void What_is_not_there_gives_the_fallback()
    {
        BsonElement absent = BsonDocument.Empty["x"u8];
        Assert.That(absent.Exists, Is.False);
        Assert.That(absent.Type, Is.EqualTo(BsonType.None));
        Assert.That(absent.AsInt64(3), Is.EqualTo(3));
        Assert.That(absent.AsString(), Is.Null);
        Assert.That(absent.AsUtf8().Length, Is.Zero);
        Assert.That(absent.AsBinary().Length, Is.Zero);
        Assert.That(absent.AsDocument().IsEmpty, Is.True);
        Assert.That(absent.TryObjectId(out _), Is.False);
        Assert.That(absent.AsObjectId(Id), Is.EqualTo(Id));
        Assert.That(absent.AsDateTime(DateTimeOffset.UnixEpoch), Is.EqualTo(DateTimeOffset.UnixEpoch));
        Assert.That(BsonDocument.Empty.Octets.ToArray(), Is.EqualTo(new byte[] { 5, 0, 0, 0, 0 }));
    }

    [Test]
    public void Names_may_have_dots_and_dollars_and_are_found_by_text_or_octets()
    {
        BsonDocument document = ExtendedJson.Read("""{"X-A.b": 1, "$x": 2, "ä": 3, "": 4}""");
        Assert.That(document["X-A.b"].AsInt32(), Is.EqualTo(1));
        Assert.That(document["$x"u8].AsInt32(), Is.EqualTo(2));
        Assert.That(document["ä"].AsInt32(), Is.EqualTo(3));
        Assert.That(document[""].AsInt32(), Is.EqualTo(4));
        Assert.That(document["a"].Exists, Is.False);
        Assert.That(document.Count, Is.EqualTo(4));
        Assert.That(document.First.NameText, Is.EqualTo("X-A.b"));
    }

    [Test]
    public void A_name_with_a_zero_in_it_cannot_be_written() =>
        Assert.That(() => BsonDocument.Of("a\0b"u8, 1), Throws.TypeOf<BsonException>());

    [Test]
    public void Elements_of_an_array_are_named_by_their_index()
    {
        using var writer = new BsonWriter(16);
        writer.BeginDocument().BeginArray("a"u8);
        for (int i = 0; i < 1200; i++) writer.Number(default, i);
        BsonDocument array = writer.End().End().ToDocument()["a"u8].AsDocument();

        int index = 0;
        foreach (BsonElement element in array)
        {
            Assert.That(element.NameText, Is.EqualTo($"{index}"));
            Assert.That(element.AsInt32(), Is.EqualTo(index++));
        }
        Assert.That(index, Is.EqualTo(1200));
    }

    [Test]
    public void A_document_copied_into_another_keeps_its_octets()
    {
        BsonDocument inner = ExtendedJson.Read("""{"a": [1, {"b": null}], "c": {"$oid": "0102030405060708090a0b0c"}}""");
        using var writer = new BsonWriter();
        BsonDocument outer = writer.BeginDocument().Elements(inner).Document("d"u8, inner).BeginArray("l"u8).Document(inner).Element(inner["c"u8]).End().End().ToDocument();

        Assert.That(outer["d"u8].AsDocument().Octets.ToArray(), Is.EqualTo(inner.Octets.ToArray()));
        Assert.That(outer["l"u8].AsDocument()["0"u8].AsDocument().Octets.ToArray(), Is.EqualTo(inner.Octets.ToArray()));
        Assert.That(outer["l"u8].AsDocument()["1"u8].AsObjectId(), Is.EqualTo(Id));
        Assert.That(outer["c"u8].AsObjectId(), Is.EqualTo(Id));
        Assert.That(BsonValidator.IsValid(outer.Octets.Span), Is.True);
    }

    [Test]
    public void Dates_beyond_what_the_calendar_holds_are_cut_to_it()
    {
        using var writer = new BsonWriter();
        BsonDocument document = writer.BeginDocument().DateTime("l"u8, long.MinValue).DateTime("m"u8, long.MaxValue).DateTime("d"u8, DateTimeOffset.UnixEpoch.AddMilliseconds(1)).End().ToDocument();
        Assert.That(document["l"u8].AsDateTime().Year, Is.EqualTo(1));
        Assert.That(document["m"u8].AsDateTime().Year, Is.EqualTo(9999));
        Assert.That(document["d"u8].AsMilliseconds(), Is.EqualTo(1));
    }

    [Test]
    public void Nesting_has_a_limit_in_both_directions()
    {
        using var writer = new BsonWriter();
        writer.BeginDocument();
        for (int level = 1; level < BsonLayout.Depth; level++) writer.BeginDocument("d"u8);
        Assert.That(() => writer.BeginDocument("d"u8), Throws.TypeOf<BsonException>());

        byte[] deepest = BsonDocument.Of("x"u8, 1).Octets.ToArray();
        for (int level = 1; level < BsonLayout.Depth; level++) deepest = BsonDocument.Of("d"u8, new BsonDocument(deepest)).Octets.ToArray();
        Assert.That(BsonValidator.IsValid(deepest), Is.True);
        Assert.That(BsonValidator.IsValid(BsonDocument.Of("d"u8, new BsonDocument(deepest)).Octets.Span), Is.False);
    }

    [Test]
    public void Whatever_octets_are_changed_or_cut_nothing_is_read_beyond_the_end()
    {
        var random = new Random(20261129);
        byte[] sound = ExtendedJson.Read("""{"a": "text", "b": [1, 2.5, {"c": {"$binary": {"base64": "AAECAw==", "subType": "02"}}}], "d": {"$code": "x", "$scope": {"y": 1}}, "e": {"$regularExpression": {"pattern": "p", "options": "i"}}}""").Octets.ToArray();
        int read = 0;
        for (int round = 0; round < 20_000; round++)
        {
            byte[] octets = sound[..random.Next(sound.Length + 1)];
            if (random.Next(2) == 0) octets = (byte[])sound.Clone();
            for (int changes = random.Next(1, 4); changes > 0 && octets.Length > 0; changes--) octets[random.Next(octets.Length)] = (byte)random.Next(256);
            bool valid = BsonValidator.IsValid(octets);
            try
            {
                Rewriter.Rewrite(new BsonDocument(octets));
                read++;
            }
            catch (BsonException) when (!valid)
            {
                // A document that is refused as a whole may be refused on the way as well.
            }
        }
        Assert.That(read, Is.Positive);
    }

    [Test]
    public void A_writer_that_is_cleared_to_a_length_goes_on_from_there()
    {
        using var writer = new BsonWriter();
        writer.BeginDocument().String("a"u8, Encoding.UTF8.GetString("one"u8)).End();
        int length = writer.Length;
        writer.BeginDocument().Int32("b"u8, 2).End();
        writer.Clear(length);
        Assert.That(writer.ToDocument()["a"u8].AsString(), Is.EqualTo("one"));
    }
}
