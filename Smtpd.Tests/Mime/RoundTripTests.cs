using System.Text;
using FsCheck;
using FsCheck.Fluent;
using NUnit.Framework;
using Smtpd.Mail;
using Smtpd.Mime;

namespace Smtpd.Tests.Mime;

/// <summary>What was encoded as the standards say comes back as it was, wherever the encoder cut it.</summary>
public sealed class RoundTripTests
{
    private const int Times = 3_000;

    /// <summary>Text without control characters and without white space at its ends or doubled, which header fields do not keep.</summary>
    private static readonly Arbitrary<string> _text = Gen.Elements("a", "B", "7", " b", "=", "?", "_", "é", "ß", "Ж", "日", "本", "😀", "\"", "\\", "(", ")", "<", ">", ",", ";", ":", "@", "'", "%", "*", "=?", "?=")
        .ListOf().Select(string.Concat).Where(text => text.Trim() == text).ToArbitrary();

    private static readonly Arbitrary<int> _seed = Gen.Choose(0, int.MaxValue).ToArbitrary();

    [Test]
    public void Quoted_printable() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(Times), Prop.ForAll(
        Gen.Elements("a", "=", " ", "\t", "\r\n", ".", "é", "\u0000", "\r", "\n", new string('x', 80)).ListOf().Select(parts => Encoding.UTF8.GetBytes(string.Concat(parts))).ToArbitrary(), _seed,
        (octets, seed) => Decode(TransferEncoding.QuotedPrintable, EncodeQuotedPrintable(octets, new Random(seed)), new Random(seed)).AsSpan().SequenceEqual(octets)));

    [Test]
    public void Base64() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(Times), Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), _seed,
        (octets, seed) => Decode(TransferEncoding.Base64, EncodeBase64(octets, new Random(seed)), new Random(seed)).AsSpan().SequenceEqual(octets)));

    [Test]
    public void Uuencode() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(Times), Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), _seed,
        (octets, seed) => Decode(TransferEncoding.Uuencode, EncodeUu(octets), new Random(seed)).AsSpan().SequenceEqual(octets)));

    [Test]
    public void Encoded_words_cut_anywhere_between_octets() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(Times), Prop.ForAll(_text, _seed,
        (text, seed) => EncodedWords.Decode(EncodeWords(text, new Random(seed))) == text));

    [Test]
    public void Subjects() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(Times), Prop.ForAll(_text, _seed,
        (text, seed) => HeaderReader.Summarize(Encoding.UTF8.GetBytes($"Subject: {EncodeWords(text, new Random(seed))}\r\n")).Subject == text));

    [Test]
    public void Names_of_people() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(Times), Prop.ForAll(_text, _seed, (text, seed) =>
    {
        string name = new Random(seed).Next(2) == 0 ? EncodeWords(text, new Random(seed)).Replace("\r\n", "", StringComparison.Ordinal) : "";
        HeaderSummary header = HeaderReader.Summarize(Encoding.UTF8.GetBytes($"To: {name} <a@b.test>, c@d.test\r\n"));
        return header.To.SequenceEqual([new Correspondent(name.Length == 0 ? "" : text, "a@b.test"), new Correspondent("", "c@d.test")]);
    }));

    /// <summary>What holds <c>=?</c> would be decoded as an encoded word, which is right for all the mail that has those in quotes.</summary>
    [Test]
    public void Quoted_names() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(Times), Prop.ForAll(_text, text =>
    {
        text = text.Replace("=?", "", StringComparison.Ordinal).Trim();
        HeaderSummary header = HeaderReader.Summarize(Encoding.UTF8.GetBytes($"To: {Quote(text)} <a@b.test>, c@d.test\r\n"));
        return header.To.SequenceEqual([new Correspondent(text, "a@b.test"), new Correspondent("", "c@d.test")]);
    }));

    [Test]
    public void Parameters_divided_and_shuffled() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(Times), Prop.ForAll(_text, _seed, (text, seed) =>
        Parameters.Read(HeaderText.Unfold(Encoding.ASCII.GetBytes($"attachment{EncodeParameter("filename", text, new Random(seed))}; size=3")))["filename"] == text));

    [Test]
    public void Quoted_parameters() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(Times), Prop.ForAll(_text, text =>
        // Two backslashes in front, or one behind a drive, begin a path, in which backslashes stay as they are.
        text.StartsWith('\\') || (text.Length > 1 && text[1] == ':') || Parameters.Read($"attachment; filename={Quote(text)}; size=3")["filename"] == text));

    [Test]
    public void Dates() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(Times), Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), Gen.Choose(-14 * 60, 14 * 60).ToArbitrary(), (seconds, minutes) =>
    {
        var zone = TimeSpan.FromMinutes(minutes);
        DateTimeOffset date = DateTimeOffset.FromUnixTimeSeconds(seconds).ToOffset(zone);
        string offset = $"{(minutes < 0 ? '-' : '+')}{zone:hhmm}";
        return (string[])[$"{date:ddd, dd MMM yyyy HH:mm:ss} {offset}", $"{date:d MMM yyyy HH:mm:ss} {offset} (X)", $"{date:ddd MMM d HH:mm:ss} {offset} {date:yyyy}", $"{date:yyyy-MM-dd'T'HH:mm:sszzz}"] is var shapes
            && shapes.All(shape => DateReader.Read(Encoding.ASCII.GetBytes(shape)) is { } read && read.EqualsExact(date));
    }));

    private static byte[] Decode(TransferEncoding encoding, byte[] encoded, Random random)
    {
        TransferDecoder decoder = TransferDecoder.For(encoding);
        using var all = new MemoryStream();
        byte[] output = new byte[encoded.Length + TransferDecoder.Slack];
        for (int position = 0; position < encoded.Length;)
        {
            int count = Math.Min(random.Next(1, 40), encoded.Length - position);
            all.Write(output, 0, decoder.Decode(encoded.AsSpan(position, count), output));
            position += count;
        }
        all.Write(output, 0, decoder.Finish(output));
        return all.ToArray();
    }

    private static byte[] EncodeQuotedPrintable(byte[] octets, Random random)
    {
        var text = new StringBuilder();
        for (int i = 0; i < octets.Length; i++)
        {
            if (random.Next(10) == 0) text.Append(random.Next(2) == 0 ? "=\r\n" : "= \t\r\n");
            bool isLineEnd = octets[i] == '\r' && i + 1 < octets.Length && octets[i + 1] == '\n';
            if (isLineEnd)
            {
                text.Append("\r\n");
                i++;
            }
            else if (octets[i] is > 32 and < 127 and not (byte)'=') text.Append((char)octets[i]);
            // White space may stand as it is where more of the line follows.
            else if (octets[i] is (byte)' ' or (byte)'\t' && i + 1 < octets.Length && octets[i + 1] is > 32 and < 127 && random.Next(2) == 0) text.Append(null, $"{(char)octets[i]}={octets[++i]:X2}");
            else text.Append(random.Next(2) == 0 ? $"={octets[i]:X2}" : $"={octets[i]:x2}");
        }
        return Encoding.ASCII.GetBytes(text.ToString());
    }

    private static byte[] EncodeBase64(byte[] octets, Random random)
    {
        var text = new StringBuilder(Convert.ToBase64String(octets));
        for (int i = text.Length; i > 0; i -= random.Next(1, 30)) text.Insert(i, random.Next(2) == 0 ? "\r\n" : " ");
        return Encoding.ASCII.GetBytes(text.ToString());
    }

    private static byte[] EncodeUu(byte[] octets)
    {
        const int Line = 45;
        var text = new StringBuilder("begin 644 name\r\n");
        foreach (byte[] line in octets.Chunk(Line))
        {
            text.Append(Digit(line.Length));
            for (int i = 0; i < line.Length; i += 3)
            {
                int bits = (line[i] << 16) | ((i + 1 < line.Length ? line[i + 1] : 0) << 8) | (i + 2 < line.Length ? line[i + 2] : 0);
                for (int shift = 18; shift >= 0; shift -= 6) text.Append(Digit((bits >> shift) & 63));
            }
            text.Append("\r\n");
        }
        return Encoding.ASCII.GetBytes(text.Append("`\r\nend\r\n").ToString());
    }

    private static char Digit(int value) => value == 0 ? '`' : (char)(value + 32);

    private static string EncodeWords(string text, Random random)
    {
        byte[] octets = Encoding.UTF8.GetBytes(text);
        var words = new List<string>();
        for (int position = 0; position < octets.Length;)
        {
            byte[] piece = octets[position..Math.Min(octets.Length, position + random.Next(1, 9))];
            position += piece.Length;
            string charset = random.Next(3) switch { 0 => "utf-8", 1 => "UTF-8", _ => "Utf-8*en" };
            words.Add(random.Next(2) == 0 ? $"=?{charset}?B?{Convert.ToBase64String(piece)}?=" : $"=?{charset}?q?{string.Concat(piece.Select(octet => octet == ' ' ? "_" : char.IsAsciiLetterOrDigit((char)octet) ? ((char)octet).ToString() : $"={octet:X2}"))}?=");
        }
        return string.Join(random.Next(2) == 0 ? " " : "\r\n ", words);
    }

    private static string Quote(string text) => $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    private static string EncodeParameter(string name, string text, Random random)
    {
        byte[] octets = Encoding.UTF8.GetBytes(text);
        var segments = new List<string>();
        for (int position = 0; position < octets.Length || segments.Count == 0;)
        {
            byte[] piece = octets[position..Math.Min(octets.Length, position + random.Next(1, 9))];
            position += Math.Max(1, piece.Length);
            string encoded = string.Concat(piece.Select(octet => char.IsAsciiLetterOrDigit((char)octet) ? ((char)octet).ToString() : $"%{octet:x2}"));
            segments.Add($"{(random.Next(2) == 0 ? ";\r\n " : "; ")}{name}*{segments.Count}*={(segments.Count == 0 ? "utf-8'en'" : "")}{encoded}");
        }
        string[] shuffled = [.. segments];
        random.Shuffle(shuffled);
        return string.Concat(shuffled);
    }
}
