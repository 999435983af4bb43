using System.Text;
using NUnit.Framework;
using Smtpd.Mime;
using Smtpd.Storage.Reading;

namespace Smtpd.Tests.Mime;

/// <summary>What Outlook sends as winmail.dat.</summary>
public sealed class TnefTests
{
    private static readonly byte[] _message = new Tnef().CodePage(1251)
        .MessageProperties(
            Tnef.Property(Tnef.Number, 0x0E07, [1, 0, 0, 0]), Tnef.Property(Tnef.Time, 0x0039, new byte[8]), Tnef.Property(Tnef.Text, 1, "named"u8.ToArray(), isNamed: true),
            Tnef.Property(0x101E, 0x3001, new byte[4]), Tnef.PropertyText(0x1000, "Text of the message"), Tnef.Property(Tnef.Binary, 0x1013, "<p>Page</p>"u8.ToArray()),
            Tnef.Property(Tnef.Binary, 0x1009, Tnef.Rtf(@"{\rtf1 Rich}", compresses: true)))
        .Begin().Title([.. Convert.FromHexString("CFF0E8E2E5F2"), .. ".txt"u8]).Data("first"u8.ToArray())
        .Begin().Data("second!"u8.ToArray()).Title("SHORT~1.PNG"u8.ToArray())
        .AttachmentProperties(Tnef.PropertyText(0x3707, "long name.png"), Tnef.Property(Tnef.Text, 0x370E, "Image/PNG\0"u8.ToArray()), Tnef.PropertyText(0x3712, "<logo@x>"))
        .Begin().Title("inner"u8.ToArray()).AttachmentProperties(Tnef.Property(Tnef.Object, 0x3701,
            [0x07, 0x03, 0x02, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46, .. new Tnef().MessageProperties(Tnef.PropertyText(0x1000, "not the message's")).Begin().Title("deep.pdf"u8.ToArray()).Data("third"u8.ToArray()).ToArray()]))
        .Begin().Title("ole.bin"u8.ToArray()).AttachmentProperties(Tnef.Property(Tnef.Object, 0x3701, [.. new byte[16], .. "object"u8]))
        .ToArray();

    private static byte[] Mail(byte[] packed, string before = "", string type = "application/ms-tnef; name=winmail.dat") =>
        [.. Scan.Octets($"Content-Type: multipart/mixed; boundary=b||{before}--b|Content-Type: {type}|Content-Transfer-Encoding: base64||"), .. Encoding.ASCII.GetBytes(Convert.ToBase64String(packed)), .. Scan.Octets("|--b--|")];

    [TestCase("application/ms-tnef")]
    [TestCase("application/vnd.ms-tnef")]
    [TestCase("application/octet-stream; name=WinMail.DAT")]
    public async Task What_is_packed_is_listed_and_can_be_had(string type)
    {
        byte[] source = Mail(_message, type: type);
        MessageContent content = await Reading.ContentAsync(source);
        Assert.That(Reading.Shape(content.Unpacked), Is.EqualTo("1.f1:message.txt:text/plain:40 1.f2:message.html:text/html:11 1.f3:message.rtf:application/rtf:12 1.f4:Привет.txt:text/plain:5 "
            + "1.f5:long name.png:image/png:7 1.f6:deep.pdf:application/pdf:5 1.f7:ole.bin:application/octet-stream:6"));
        Assert.That(content.Unpacked[4].Part.ContentId, Is.EqualTo("logo@x"));
        Assert.That((content.Text, content.Html), Is.EqualTo(("Text of the message", "<p>Page</p>")));
        Assert.That(content.Attachments, Has.Count.EqualTo(1), "the part itself stays what it is");
        Assert.That(content.Warnings, Is.Empty);
        Assert.That(await Reading.MismatchesAsync(source), Is.Empty);
        Assert.That(await Reading.PartAsync(source, "1.f3"), Is.EqualTo(@"{\rtf1 Rich}"u8.ToArray()));
        Assert.That(await Reading.PartAsync(source, "1.f6"), Is.EqualTo("third"u8.ToArray()));
        Assert.That(await Reading.PartAsync(source, "1.f8"), Is.Null);
    }

    [Test]
    public async Task A_text_of_the_mail_itself_goes_before_the_packed_one()
    {
        MessageContent content = await Reading.ContentAsync(Mail(_message, "--b||Sent text|"));
        Assert.That((content.Text, content.ShownText, content.Html), Is.EqualTo(("Sent text", "Sent text", "")));
        content = await Reading.ContentAsync(Mail(_message, "--b|| |"));
        Assert.That((content.Text, content.ShownText), Is.EqualTo((" ", "Text of the message")), "but a blank one does not");
    }

    [TestCase(@"{\rtf1\ansi Rich \'fc}", true, "Rich ü", "")]
    [TestCase(@"{\rtf1\ansi Rich \'fc}", false, "Rich ü", "")]
    [TestCase(@"{\rtf1\fromhtml1 {\*\htmltag64 <b>}x{\*\htmltag72 </b>}}", true, "", "<b>x</b>")]
    public async Task Rich_text_alone_is_the_text(string rtf, bool compresses, string text, string html)
    {
        byte[] packed = new Tnef().MessageProperties(Tnef.Property(Tnef.Binary, 0x1009, Tnef.Rtf(rtf, compresses))).ToArray();
        MessageContent content = await Reading.ContentAsync(Mail(packed));
        Assert.That((content.Text, content.Html), Is.EqualTo((text, html)));
    }

    [Test]
    public void Compressed_text_refers_to_what_came_before()
    {
        // The example of MS-OXRTFCP §3.1.
        byte[] compressed = Convert.FromHexString("2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0");
        var decoder = new CompressedRtfDecoder();
        byte[] output = new byte[(compressed.Length * decoder.Growth) + TransferDecoder.Slack];
        int length = decoder.Decode(compressed, output);
        Assert.That(Encoding.ASCII.GetString(output, 0, length), Is.EqualTo("{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"));
    }

    [Test]
    public async Task Whatever_is_cut_off_gives_what_came_and_says_so()
    {
        int said = 0;
        for (int length = 0; length < _message.Length; length += 3)
        {
            byte[] source = Mail(_message[..length]);
            Assert.That(await Reading.MismatchesAsync(source), Is.Empty, $"{length} octets");
            if ((await Reading.ContentAsync(source)).Warnings.Any(one => one.Contains("not whole", StringComparison.Ordinal))) said++;
        }
        Assert.That(said, Is.GreaterThan(10));
        Assert.That((await Reading.ContentAsync(Mail("no such thing"u8.ToArray()))).Warnings, Has.One.Contains("Outlook"));
    }

    [Test]
    public async Task Damage_never_fails()
    {
        var random = new Random(20261122);
        for (int i = 0; i < 1500; i++)
        {
            byte[] packed = (byte[])_message.Clone();
            for (int k = random.Next(1, 12); k > 0; k--) packed[random.Next(packed.Length)] = (byte)(random.Next(3) == 0 ? 0xFF : random.Next(256));
            Assert.That(await Reading.MismatchesAsync(Mail(packed)), Is.Empty, $"{Convert.ToHexString(packed)}");
        }
    }

    [Test]
    public void Pieces_change_nothing()
    {
        string whole = Find([_message]);
        for (int size = 1; size < 50; size++) Assert.That(Find(_message.Chunk(size)), Is.EqualTo(whole), $"pieces of {size}");
        Assert.That(whole, Does.Contain("long name.png"));
    }

    private static string Find(IEnumerable<byte[]> pieces)
    {
        using var finder = new TnefFinder(measures: true);
        foreach (byte[] piece in pieces) finder.Push(piece);
        finder.Complete();
        return string.Concat(finder.Files.Select(file => $"{file.Name} {file.MediaType} {string.Join(',', file.Pieces)} {file.Digest!.Sha256}\n"));
    }
}
