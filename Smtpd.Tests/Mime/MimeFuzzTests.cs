using System.Buffers;
using System.Text;
using NUnit.Framework;
using Smtpd.Mail;
using Smtpd.Mime;
using Smtpd.Storage.Reading;
using Smtpd.Tests.Blackbox.Harness;

namespace Smtpd.Tests.Mime;

/// <summary>
/// Broken mail of every kind, made of mail that is whole: nothing that is read of it fails, lies outside of it, or takes more time and
/// memory than its size explains. A failure names the seed and the number that make the same input again.
/// </summary>
[NonParallelizable]
public sealed class MimeFuzzTests
{
    /// <summary>Octets that are taken of a long message.</summary>
    private const int MostOfSeed = 16 * 1024;

    // All are scanned and decoded. Of so many one is also scanned in pieces, read as the API reads it, and has each of its parts opened.
    private const int PiecesEvery = 4;
    private const int ContentEvery = 3;
    private const int PartsEvery = 16;

    // What one input may cost. A machine may stop a thread at a bad moment, so that what is too slow is tried again.
    private static readonly TimeSpan _mostTime = TimeSpan.FromMilliseconds(100);
    private const int Attempts = 10;
    private const long MostMemory = 8 * 1024 * 1024;
    private const long MostMemoryForOctet = 200;

    private const long Origin = 100;

    [Test]
    public Task Thousands_of_broken_messages_are_read() => RunAsync(20261122, inputs: 10_000);

    [TestCase(1), TestCase(2), Category("Torture")]
    public Task More_than_a_million_broken_messages_are_read(int seed) => RunAsync(seed, inputs: 600_000);

    private static async Task RunAsync(int seed, int inputs)
    {
        List<byte[]> seeds = Seeds();
        var mutator = new Mutator(seed, seeds);
        TestContext.Out.WriteLine($"seed {seed}, {inputs} inputs from {seeds.Count} messages");
        TimeSpan slowest = TimeSpan.Zero;
        long largest = 0;
        for (int number = 0; number < inputs; number++)
        {
            byte[] source = mutator.Next();
            try
            {
                (TimeSpan time, long memory) = await ReadAsync(source, number % ContentEvery == 0);
                for (int i = 0; i < Attempts && time > _mostTime; i++) time = (await ReadAsync(source, number % ContentEvery == 0)).Time;
                if (time > slowest) slowest = time;
                if (memory > largest) largest = memory;
                Require(time <= _mostTime, $"it took {time.TotalMilliseconds:F0} ms");
                Require(memory <= MostMemory + (MostMemoryForOctet * source.Length), $"{memory} octets were allocated for {source.Length}");
                if (number % PiecesEvery == 0) ReadInPieces(source, new Random(number));
                if (number % PartsEvery == 0) Require(await Reading.MismatchesAsync(source) == "", "a part is not what the list says of it");
            }
            catch (Exception failure)
            {
                Assert.Fail($"seed {seed}, input {number}: {failure}\n{Convert.ToBase64String(source.AsSpan(0, Math.Min(source.Length, 8 * 1024)))}");
            }
        }
        TestContext.Out.WriteLine($"slowest {slowest.TotalMilliseconds:F1} ms, most memory {largest} octets");
    }

    /// <summary>Synthetic ones always, real ones where the corpus is.</summary>
    private static List<byte[]> Seeds()
    {
        List<byte[]> seeds = [.. SeedMails.All];
        string corpus = Path.Combine(Places.Project, "..", "shared", "corpora", "mime", "given");
        if (!Directory.Exists(corpus)) return seeds;
        foreach (string file in Directory.EnumerateFiles(corpus, "*.eml").Order(StringComparer.Ordinal))
        {
            byte[] mail = File.ReadAllBytes(file);
            seeds.Add(mail.Length <= MostOfSeed ? mail : mail[..MostOfSeed]);
        }
        return seeds;
    }

    /// <summary>All that is awaited is in memory, so that it is this thread that reads.</summary>
    private static async Task<(TimeSpan Time, long Memory)> ReadAsync(byte[] source, bool hasContent)
    {
        TimeSpan start = LinearTime.ThreadTime();
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        ScannedMessage message = Scan.Message(Origin, [source]);
        foreach (MessagePart part in message.Parts.Parts)
            if (part.Kind != PartKind.Multipart) Decode(source, part);
        ReadFields(source);
        MessageContent? content = hasContent ? await Reading.ContentAsync(source) : null;
        (TimeSpan, long) cost = (LinearTime.ThreadTime() - start, GC.GetAllocatedBytesForCurrentThread() - allocated);
        CheckHeader(message.Header);
        CheckTree(message.Parts, Origin + source.Length);
        Require(message.Snippet.Length <= Snippet.Letters && message.Snippet == message.Snippet.Trim(' '), "the snippet is too long or not trimmed");
        CheckStored(message.Parts);
        if (content is not null)
            foreach (AttachedPart one in content.Attachments.Concat(content.Inline).Concat(content.Unpacked)) CheckName(FileNames.Safe(one.Name, one.Part));
        return cost;
    }

    /// <summary>What the page shows of a header, and what it makes of the ways off a list.</summary>
    private static void ReadFields(ReadOnlySpan<byte> header)
    {
        while (HeaderReader.TryReadField(ref header, out _, out ReadOnlySpan<byte> value))
        {
            string text = EncodedWords.Decode(HeaderText.Unfold(value)).Trim();
            foreach (string link in ListUnsubscribeReader.Read(text, text).Links) Require(!link.Any(char.IsControl), $"\"{link}\" is no link");
        }
    }

    private static void Decode(byte[] source, MessagePart part)
    {
        ReadOnlySpan<byte> encoded = source.AsSpan((int)(part.BodyStart - Origin), (int)(part.End - part.BodyStart));
        byte[] output = ArrayPool<byte>.Shared.Rent(encoded.Length + (2 * TransferDecoder.Slack));
        TransferDecoder decoder = TransferDecoder.For(part.Encoding);
        int length = decoder.Decode(encoded, output);
        length += decoder.Finish(output.AsSpan(length));
        if (part.Kind == PartKind.Body)
        {
            string text = BodyText.Decode(output.AsSpan(0, length), part);
            if (part.IsHtml) HtmlText.Of(text);
        }
        ArrayPool<byte>.Shared.Return(output);
        CheckName(FileNames.Safe(part.FileName, part));
    }

    private static void CheckName(string name) => Require(name.Length > 0 && !name.Contains('/', StringComparison.Ordinal) && !name.Any(char.IsControl), $"\"{name}\" is no name for a file");

    private static void CheckHeader(HeaderSummary header)
    {
        foreach (IReadOnlyList<Correspondent> list in (IReadOnlyList<Correspondent>[])[header.From, header.To, header.Cc, header.Bcc, header.ReplyTo])
            foreach (Correspondent one in list) Require(one.Name.Length + one.Address.Length > 0 && one.Name == one.Name.Trim(), $"\"{one}\" is nobody");
        Require(header.Subject == header.Subject.Trim(), "the subject is not trimmed");
        if (header.Date is { } date) Require(date.UtcDateTime.Year >= 1, "a date without UTC");
    }

    /// <summary>Every part lies in the source, behind what stands before it, and inside the multipart that holds it.</summary>
    private static void CheckTree(PartTree tree, long end)
    {
        Require(tree.Parts.Count is > 0 and <= PartTreeBuilder.MostParts, "no parts, or too many");
        var open = new Stack<MessagePart>();
        long previous = Origin;
        foreach (MessagePart part in tree.Parts)
        {
            Require(previous <= part.HeaderStart && part.HeaderStart <= part.BodyStart && part.BodyStart <= part.End && part.End <= end, $"{part} lies outside or before another");
            Require(part.Depth <= open.Count && part.Depth <= PartTreeBuilder.MostDepth, $"{part} has no parent");
            while (open.Count > part.Depth) open.Pop();
            if (open.TryPeek(out MessagePart? parent)) Require(parent.Kind == PartKind.Multipart && parent.BodyStart <= part.HeaderStart && part.End <= parent.End, $"{part} is not inside {parent}");
            previous = part.Kind == PartKind.Multipart ? part.BodyStart : part.End;
            open.Push(part);
        }
    }

    /// <summary>What a store keeps is what was read.</summary>
    private static void CheckStored(PartTree tree)
    {
        var written = new ArrayBufferWriter<byte>();
        PartTreeFormat.Write(tree, written);
        PartTree read = PartTreeFormat.Read(written.WrittenSpan);
        Require(read.Warnings == tree.Warnings && read.Parts.Count == tree.Parts.Count, "the stored tree is another");
        for (int i = 0; i < read.Parts.Count; i++)
            Require((read.Parts[i].Kind, read.Parts[i].End, read.Parts[i].Section, read.Parts[i].MediaType) == (tree.Parts[i].Kind, tree.Parts[i].End, tree.Parts[i].Section, tree.Parts[i].MediaType), "a stored part is another");
    }

    private static void ReadInPieces(byte[] source, Random random)
    {
        int longest = random.Next(1, 200);
        using var scanner = new MimeScanner();
        for (int position = 0; position < source.Length;)
        {
            int count = Math.Min(random.Next(1, longest + 1), source.Length - position);
            scanner.Push(source.AsSpan(position, count));
            position += count;
        }
        ScannedMessage message = scanner.Complete();
        ScannedMessage whole = Scan.Message(0, [source]);
        Require(All(message) == All(whole), $"pieces of up to {longest} octets change what is read");
    }

    private static string All(ScannedMessage message)
    {
        HeaderSummary header = message.Header;
        var all = new StringBuilder();
        all.AppendJoin('|', header.Subject, header.MessageId, header.Date, message.Snippet, message.Parts.Warnings);
        all.AppendJoin('|', header.From.Concat(header.To).Concat(header.Cc).Concat(header.Bcc).Concat(header.ReplyTo));
        foreach (MessagePart part in message.Parts.Parts)
            all.AppendJoin(' ', '\n', part.Kind, part.Depth, part.HeaderStart, part.BodyStart, part.End, part.MediaType, part.Charset, part.Encoding, part.FileName, part.ContentId, part.Section);
        return all.ToString();
    }

    private static void Require(bool holds, string otherwise)
    {
        if (!holds) throw new InvalidDataException(otherwise);
    }
}
