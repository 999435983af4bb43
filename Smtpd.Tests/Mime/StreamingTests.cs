using System.Text;
using NUnit.Framework;
using Smtpd.Mail;
using Smtpd.Mime;
using Smtpd.Storage.Reading;
using Smtpd.Tests.Web;

namespace Smtpd.Tests.Mime;

/// <summary>Large parts pass through a few buffers.</summary>
[NonParallelizable]
public sealed class StreamingTests
{
    private const int Megabyte = 1024 * 1024;

    /// <summary>What all buffers, hashes and answers together may cost, however large the part is.</summary>
    private const long MostAllocated = Megabyte;

    private static readonly byte[] _uuLine = [(byte)'M', .. Enumerable.Repeat((byte)'#', 60), (byte)'\r', (byte)'\n'];

    [TestCase(140, "application/pdf", "base64", "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ejAxMjM0\r\n")]
    [TestCase(20, "application/pdf", "quoted-printable", "=41=42=43 some text of a line that is as long as such lines are, =\r\n")]
    [TestCase(20, "application/pdf", "binary", "octets as they are\r\n")]
    [TestCase(20, "application/ms-tnef", "base64", "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ejAxMjM0\r\n")]
    public Task An_attachment_is_listed_and_read_in_a_few_buffers(int megabytes, string type, string encoding, string line) =>
        ReadAsync(megabytes, $"Content-Type: {type}; name=x\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n", Encoding.ASCII.GetBytes(line), "1", listsToo: true);

    [Test]
    public Task A_file_inside_a_text_is_read_in_a_few_buffers() => ReadAsync(100, "\r\nbegin 644 x\r\n", _uuLine, "1.f1", listsToo: false);

    private static async Task ReadAsync(int megabytes, string header, byte[] line, string section, bool listsToo)
    {
        byte[] beginning = Encoding.ASCII.GetBytes(header);
        Stream Open() => new RepeatedStream(beginning, line, (long)megabytes * Megabyte);
        var store = new FakeMailStore { OpenStream = _ => Open(), Parts = await ScanAsync(Open()) };
        MessageId id = store.Add(beginning).Id;
        var reader = new MessageReader(store);
        // Pools and tables are filled by the first reading.
        await ReadOnceAsync(reader, id, section, listsToo);
        long before = GC.GetTotalAllocatedBytes(precise: true);
        long octets = await ReadOnceAsync(reader, id, section, listsToo);
        long allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
        TestContext.Out.WriteLine($"{octets} octets read, {allocated} allocated");
        Assert.That(octets, Is.GreaterThan(megabytes * Megabyte / 3));
        Assert.That(allocated, Is.LessThan(MostAllocated));
    }

    private static async Task<PartTree> ScanAsync(Stream source)
    {
        using var scanner = new MimeScanner();
        byte[] buffer = new byte[64 * 1024];
        int count;
        while ((count = await source.ReadAsync(buffer)) > 0) scanner.Push(buffer.AsSpan(0, count));
        return scanner.Complete().Parts;
    }

    private static async Task<long> ReadOnceAsync(MessageReader reader, MessageId id, string section, bool listsToo)
    {
        if (listsToo) Assert.That((await reader.ReadAsync(id, default))!.Attachments.Single().Size, Is.GreaterThan(Megabyte));
        OpenedPart opened = (await reader.OpenPartAsync(id, section, default))!;
        await using Stream stream = opened.Octets;
        byte[] buffer = new byte[64 * 1024];
        long octets = 0;
        int count;
        while ((count = await stream.ReadAsync(buffer)) > 0) octets += count;
        Assert.That(octets, Is.EqualTo(opened.Size));
        return octets;
    }
}
