using System.Text;
using NUnit.Framework;
using Smtpd.Mime;
using Smtpd.Storage.Reading;

namespace Smtpd.Tests.Mime;

/// <summary>Files that stand in a text, as people sent them before MIME and in newsgroups.</summary>
public sealed class EncodedBlockTests
{
    private const string Uu = "begin 644 cat.txt|#0V%T|`|end|";

    [TestCase("text before|" + Uu + "text behind|", "1.f1:cat.txt:text/plain:3", "text before\r\ntext behind\r\n")]
    [TestCase(Uu + Uu, "1.f1:cat.txt:text/plain:3 1.f2:cat.txt:text/plain:3", "")]
    [TestCase("begin 0644 a b.gif|#0V%T| |end|", "1.f1:a b.gif:image/gif:3", "")]
    [TestCase("begin 644 |#0V%T|end|", "1.f1:part-1.f1.bin:application/octet-stream:3", "")]
    [TestCase("begin 600 x.png|`|end|", "1.f1:x.png:image/png:0", "")]
    [TestCase("begin-base64 644 a.txt|SGVsbG8=|====|behind|", "1.f1:a.txt:text/plain:5", "behind\r\n")]
    [TestCase("begin 644 cat.txt|#0V%T|Dear Bob, more text|", "1.f1:cat.txt:text/plain:3", "Dear Bob, more text\r\n")]
    [TestCase("begin 644 cat.txt|#0V%T", "1.f1:cat.txt:text/plain:3", "")]
    [TestCase("begin 644 my days with a song|and so on|", "", "begin 644 my days with a song\r\nand so on\r\n")]
    [TestCase("begin at the beginning|end|", "", "begin at the beginning\r\nend\r\n")]
    [TestCase("begin 644 x||#0V%T|", "", "begin 644 x\r\n\r\n#0V%T\r\n")]
    [TestCase("begin 644 x|begin 644 cat.txt|#0V%T|end|", "1.f1:cat.txt:text/plain:3", "begin 644 x\r\n")]
    [TestCase("=ybegin line=128 size=3 name=cat.gif|UVW|=yend size=3|after", "1.f1:cat.gif:image/gif:3", "after")]
    [TestCase("=ybegin part=1 total=2 line=128 size=5 name=a.txt|=ypart begin=1 end=3|UVW|=yend size=3 part=1|between|=ybegin part=2 total=2 line=128 size=5 name=a.txt|=ypart begin=4 end=5|\u004b\u004c|=yend size=2 part=2|",
        "1.f1:a.txt:text/plain:5", "between\r\n")]
    [TestCase("=ybegin part=2 total=3 line=128 size=9 name=b.txt|=ypart begin=4 end=6|UVW|=yend size=3|", "1.f1:b.txt:text/plain:3", "")]
    [TestCase("=ybegin line=128 size=3|\u006d|", "", "=ybegin line=128 size=3\r\nm\r\n")]
    public async Task Files_in_a_text_are_found_and_leave_what_is_to_be_read(string bars, string files, string shown)
    {
        byte[] source = Scan.Octets("Content-Type: text/plain; charset=iso-8859-1||" + bars);
        MessageContent content = await Reading.ContentAsync(source);
        Assert.That(Reading.Shape(content.Unpacked), Is.EqualTo(files));
        Assert.That(content.ShownText, Is.EqualTo(shown));
        Assert.That(content.Text, Is.EqualTo(bars.Replace("|", "\r\n", StringComparison.Ordinal)), "what was sent stays");
        Assert.That(content.Attachments, Is.Empty);
        Assert.That(await Reading.MismatchesAsync(source), Is.Empty);
    }

    [TestCase("1.f1", "Cat")]
    [TestCase("1.f2", "=\0\n\r")]
    [TestCase("1.f3", null)]
    [TestCase("1.f0", null)]
    [TestCase("1.f", null)]
    [TestCase(".f1", null)]
    [TestCase("2.f1", null)]
    [TestCase("1.f1.f1", null)]
    [TestCase("1.f99999999999", null)]
    public async Task A_file_in_a_text_comes_decoded(string section, string? octets)
    {
        // '=' needs no escape, the others do.
        byte[] source = Scan.Octets("|" + Uu + "=ybegin line=128 size=4 name=x|g=j=t=w|=yend size=4|");
        byte[]? part = await Reading.PartAsync(source, section);
        Assert.That(part is null ? null : Encoding.Latin1.GetString(part), Is.EqualTo(octets));
    }

    [Test]
    public async Task Files_are_found_in_text_that_is_encoded_once_more()
    {
        byte[] source = Scan.Octets("Content-Transfer-Encoding: base64||" + Convert.ToBase64String(Scan.Octets("x|" + Uu)));
        MessageContent content = await Reading.ContentAsync(source);
        Assert.That(Reading.Shape(content.Unpacked), Is.EqualTo("1.f1:cat.txt:text/plain:3"));
        Assert.That(await Reading.PartAsync(source, "1.f1"), Is.EqualTo("Cat"u8.ToArray()));
    }

    [Test]
    public async Task A_file_without_an_end_is_said_to_be_damaged()
    {
        Assert.That((await Reading.ContentAsync("|begin 644 cat.txt|#0V%T|")).Warnings, Has.One.Contains("\"cat.txt\""));
        Assert.That((await Reading.ContentAsync("|=ybegin line=128 size=9 name=cat.gif|m|=yend size=9|")).Warnings, Has.One.Contains("\"cat.gif\""));
    }

    [Test]
    public async Task More_files_than_anybody_looks_through_are_left_in_the_text_and_that_is_said()
    {
        MessageContent content = await Reading.ContentAsync("|" + string.Concat(Enumerable.Repeat(Uu, FileFinder.MostFiles + 5)));
        Assert.That(content.Unpacked, Has.Count.EqualTo(FileFinder.MostFiles));
        Assert.That(content.Warnings, Has.One.Contains("more files"));
        Assert.That(content.ShownText, Does.StartWith("begin 644"));
    }

    [Test]
    public async Task A_name_from_a_text_is_shown_as_sent_and_made_safe_for_saving()
    {
        MessageContent content = await Reading.ContentAsync("|begin 644 ../../etc/passwd|#0V%T|end|");
        AttachedPart file = content.Unpacked.Single();
        Assert.That((file.Name, FileNames.Safe(file.Name, file.Part)), Is.EqualTo(("../../etc/passwd", "passwd")));
    }

    [Test]
    public void Pieces_change_nothing()
    {
        byte[] octets = Encoding.Latin1.GetBytes(("a|" + Uu + "=ybegin line=128 size=3 name=c|UVW|=yend size=3|b|begin-base64 644 a.txt|SGVsbG8=|====|" + Uu).Replace("|", "\r\n", StringComparison.Ordinal));
        string whole = Find(octets);
        Assert.That(whole.Split('\n'), Has.Length.EqualTo(5));
        for (int size = 1; size < 40; size++) Assert.That(Find([.. octets.Chunk(size)]), Is.EqualTo(whole), $"pieces of {size}");
    }

    private static string Find(params byte[][] pieces)
    {
        using var finder = new EncodedBlockFinder(measures: true);
        foreach (byte[] piece in pieces) finder.Push(piece);
        finder.Complete();
        return string.Concat(finder.Files.Select(file => $"{file.Name} {string.Join(',', file.Pieces)} {file.Digest!.Sha256}\n"));
    }

    [Test]
    public async Task A_declared_encoding_gives_the_nameless_the_name_of_its_first_line()
    {
        MessageContent content = await Reading.ContentAsync("Content-Type: image/gif|Content-Transfer-Encoding: x-uuencode||" + Uu);
        Assert.That(Reading.Shape(content.Attachments), Is.EqualTo("1:cat.txt:image/gif:3"));
        content = await Reading.ContentAsync("Content-Type: image/gif|Content-Transfer-Encoding: x-yencode||=ybegin line=128 size=3 name=cat.gif|UVW|=yend size=3|");
        Assert.That(Reading.Shape(content.Attachments), Is.EqualTo("1:cat.gif:image/gif:3"));
    }
}
