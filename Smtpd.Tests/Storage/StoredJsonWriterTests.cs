using System.Net;
using System.Text.Json;
using NUnit.Framework;
using Smtpd.Mail;
using Smtpd.Mime;
using Smtpd.Storage;
using Smtpd.Storage.Sqlite;

namespace Smtpd.Tests.Storage;

/// <summary>What is written field by field reads back as what the serializer would have written.</summary>
public sealed class StoredJsonWriterTests
{
    private static readonly HeaderSummary _header = new("s", "id", null,
        [new Correspondent("Zoë \"Z\" <z>", "zoe@example.org")], [new Correspondent("", "a@b"), new Correspondent("\u0007\\", "")], [], [new Correspondent("b", "c")], []);

    [Test]
    public void Correspondents_read_back()
    {
        StoredCorrespondents read = JsonSerializer.Deserialize(Write(json => StoredJsonWriter.WriteCorrespondents(json, _header)), StoredJson.Default.StoredCorrespondents)!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(read.From, Is.EqualTo(_header.From));
            Assert.That(read.To, Is.EqualTo(_header.To));
            Assert.That(read.Cc, Is.Empty);
            Assert.That(read.Bcc, Is.EqualTo(_header.Bcc));
            Assert.That(read.ReplyTo, Is.Empty);
        }
    }

    [Test]
    public void The_octets_are_the_serializers()
    {
        byte[] expected = JsonSerializer.SerializeToUtf8Bytes(new StoredCorrespondents(_header.From, _header.To, _header.Cc, _header.Bcc, _header.ReplyTo), StoredJson.Default.StoredCorrespondents);
        Assert.That(Write(json => StoredJsonWriter.WriteCorrespondents(json, _header)), Is.EqualTo(expected));
    }

    [Test]
    public void An_envelope_from_before_TLS_and_sign_in_is_read()
    {
        StoredEnvelope old = JsonSerializer.Deserialize("""{"From":"a@b.test","To":["c@d.test"],"Helo":"h","ClientAddress":"::1"}""", StoredJson.Default.StoredEnvelope)!;
        Assert.That((old.From, old.ClientAddress, old.Tls, old.User), Is.EqualTo(("a@b.test", "::1", (string?)null, (string?)null)));
    }

    [TestCase("a@example.org", "::1", "TLSv1.3 TLS_AES_256_GCM_SHA384", "zo\u00EB")]
    [TestCase(null, "192.0.2.1", null, null)]
    public void The_envelope_is_the_serializers(string? sender, string client, string? tls, string? user)
    {
        MailAddress? from = sender is null ? null : new MailAddress("a", "example.org");
        var envelope = new Envelope(from, 0);
        envelope.Add(new MailAddress("\"x y\"", "[192.0.2.7]"));
        envelope.Add(new MailAddress(new string('l', 255), new string('d', 255)));
        using var mail = new ReceivedMail
        {
            Envelope = envelope,
            Content = ScannedMessage.Empty,
            Body = new MessageBody(new BodyStaging(TestContext.CurrentContext.WorkDirectory, new StoreSpace())),
            Helo = "client.example",
            ClientAddress = IPAddress.Parse(client),
            Created = DateTimeOffset.UnixEpoch,
            Tls = tls,
            User = user,
        };
        byte[] expected = JsonSerializer.SerializeToUtf8Bytes(mail.EnvelopeToKeep(), StoredJson.Default.StoredEnvelope);
        Assert.That(Write(json => StoredJsonWriter.WriteEnvelope(json, mail)), Is.EqualTo(expected));
    }

    private static byte[] Write(Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream)) write(json);
        return stream.ToArray();
    }
}
