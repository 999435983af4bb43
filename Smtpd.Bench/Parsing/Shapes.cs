using System.Globalization;
using System.Text;

namespace Smtpd.Bench.Parsing;

/// <summary>Messages as they are made often, each kind in a folder of its own. The same ones every time.</summary>
internal static class Shapes
{
    private const int Seed = 20261122;

    private static readonly string[] _words = ["the", "message", "that", "arrives", "at", "noon", "says", "what", "everybody", "knew", "before:", "it", "has", "been", "read,", "kept", "and", "answered."];

    private static readonly string[] _foreignWords = ["Здравствуйте", "это", "письмо", "написано", "по-русски", "и", "приходит", "каждый", "день", "日本語", "の", "テキスト"];

    public static void Write(string folder)
    {
        var random = new Random(Seed);
        Write(folder, "plain", 16, i => Plain(random, i));
        Write(folder, "attachment", 2, i => Attachment(random, i));
        Write(folder, "parts", 4, i => ManyParts(random, i));
        Write(folder, "nested", 4, i => Nested(random, i));
        Write(folder, "foreign", 8, i => Foreign(random, i));
    }

    private static void Write(string folder, string shape, int count, Func<int, string> make)
    {
        string place = Path.Combine(folder, shape);
        Directory.CreateDirectory(place);
        for (int i = 0; i < count; i++) File.WriteAllText(Path.Combine(place, string.Create(CultureInfo.InvariantCulture, $"{i:D2}.eml")), make(i));
    }

    private static string Header(int number, string rest) => string.Create(CultureInfo.InvariantCulture, $"""
        Return-Path: <bounce-{number}@sender.example>
        Received: from out{number}.sender.example (out{number}.sender.example [192.0.2.{number + 1}])
         by mx.receiver.example (Postfix) with ESMTPS id 4F{number:X4}A1
         for <someone@receiver.example>; Sun, 22 Nov 2026 10:{number:D2}:11 +0100 (CET)
        DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=sender.example;
         s=mail; t=1795000000; h=from:to:subject:date:message-id;
         bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=abcdefghijklmnopqrstuvwxyz
        From: Ann Bee <ann.bee@sender.example>
        To: "Cee, Dan" <dan.cee@receiver.example>, eve@receiver.example
        Subject: Report number {number} of the week that ends today
        Date: Sun, 22 Nov 2026 10:{number:D2}:09 +0100
        Message-ID: <20261122.{number}.4711@sender.example>
        MIME-Version: 1.0
        X-Mailer: Mailer 4.2
        {rest}

        """).Replace("\n", "\r\n", StringComparison.Ordinal);

    /// <summary>A mail of 4 KiB that is nothing but text.</summary>
    private static string Plain(Random random, int number)
    {
        var mail = new StringBuilder(Header(number, "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 7bit")).Append("\r\n");
        AppendText(mail, random, _words, 4096 - mail.Length);
        return mail.ToString();
    }

    /// <summary>A short text and a file of a megabyte.</summary>
    private static string Attachment(Random random, int number)
    {
        byte[] file = new byte[1024 * 1024];
        random.NextBytes(file);
        var mail = new StringBuilder(Header(number, "Content-Type: multipart/mixed; boundary=\"=_outer\"")).Append("\r\n--=_outer\r\nContent-Type: text/plain\r\n\r\n");
        AppendText(mail, random, _words, 500);
        mail.Append("\r\n--=_outer\r\nContent-Type: application/pdf; name=\"report.pdf\"\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=\"report.pdf\"\r\n\r\n");
        AppendBase64(mail, file);
        return mail.Append("\r\n--=_outer--\r\n").ToString();
    }

    /// <summary>Five hundred small files of different kinds.</summary>
    private static string ManyParts(Random random, int number)
    {
        byte[] file = new byte[300];
        var mail = new StringBuilder(Header(number, "Content-Type: multipart/mixed; boundary=\"=_outer\"")).Append("\r\n");
        for (int i = 0; i < 500; i++)
        {
            random.NextBytes(file);
            mail.Append(CultureInfo.InvariantCulture, $"--=_outer\r\nContent-Type: image/png; name=\"picture-{i}.png\"\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: inline; filename=\"picture-{i}.png\"\r\nContent-ID: <{i}@sender.example>\r\n\r\n");
            AppendBase64(mail, file);
            mail.Append("\r\n");
        }
        return mail.Append("--=_outer--\r\n").ToString();
    }

    /// <summary>Fifty multiparts inside each other, each with a text.</summary>
    private static string Nested(Random random, int number)
    {
        const int Depth = 50;
        var mail = new StringBuilder(Header(number, "Content-Type: multipart/mixed; boundary=\"=_level0\"")).Append("\r\n");
        for (int i = 0; i < Depth; i++)
        {
            mail.Append(CultureInfo.InvariantCulture, $"--=_level{i}\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n");
            AppendText(mail, random, _words, 400);
            mail.Append(CultureInfo.InvariantCulture, $"\r\n--=_level{i}\r\nContent-Type: multipart/mixed; boundary=\"=_level{i + 1}\"\r\n\r\n");
        }
        mail.Append(CultureInfo.InvariantCulture, $"--=_level{Depth}\r\n\r\nThe end.\r\n");
        for (int i = Depth; i >= 0; i--) mail.Append(CultureInfo.InvariantCulture, $"--=_level{i}--\r\n");
        return mail.ToString();
    }

    /// <summary>Text in letters beyond ASCII as quoted-printable, below a long header of many recipients and encoded words.</summary>
    private static string Foreign(Random random, int number)
    {
        var rest = new StringBuilder("Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\nCc: ");
        for (int i = 0; i < 60; i++)
        {
            if (i > 0) rest.Append(",\n ");
            string name = $"{_foreignWords[random.Next(_foreignWords.Length)]} {_foreignWords[random.Next(_foreignWords.Length)]}";
            rest.Append(CultureInfo.InvariantCulture, $"=?utf-8?b?{Convert.ToBase64String(Encoding.UTF8.GetBytes(name))}?= <person{i}@receiver.example>");
        }
        rest.Append("\nReferences:");
        for (int i = 0; i < 30; i++) rest.Append(CultureInfo.InvariantCulture, $"\n <20261122.{number}.{i}.abcdefghijklmnop@sender.example>");
        var mail = new StringBuilder(Header(number, rest.ToString())).Append("\r\n");
        var text = new StringBuilder();
        AppendText(text, random, _foreignWords, 12 * 1024);
        AppendQuotedPrintable(mail, text.ToString());
        return mail.ToString();
    }

    private static void AppendText(StringBuilder mail, Random random, string[] words, int letters)
    {
        int end = mail.Length + letters - 2, line = 0;
        while (mail.Length < end)
        {
            string word = words[random.Next(words.Length)];
            if (mail.Length + word.Length + 1 > end) word = new string('.', end - mail.Length);
            mail.Append(word);
            line += word.Length + 1;
            if (mail.Length >= end) break;
            if (line > 66) (line, _) = (0, mail.Append("\r\n"));
            else mail.Append(' ');
        }
        mail.Append("\r\n");
    }

    private static void AppendBase64(StringBuilder mail, byte[] octets)
    {
        for (int i = 0; i < octets.Length; i += 57) mail.Append(Convert.ToBase64String(octets, i, Math.Min(57, octets.Length - i))).Append("\r\n");
    }

    private static void AppendQuotedPrintable(StringBuilder mail, string text)
    {
        int line = 0;
        foreach (byte octet in Encoding.UTF8.GetBytes(text))
        {
            if (octet is (byte)'\r' or (byte)'\n')
            {
                mail.Append((char)octet);
                line = 0;
                continue;
            }
            string one = octet is >= 32 and < 127 and not (byte)'=' ? ((char)octet).ToString() : string.Create(CultureInfo.InvariantCulture, $"={octet:X2}");
            if (line + one.Length > 75) (line, _) = (0, mail.Append("=\r\n"));
            mail.Append(one);
            line += one.Length;
        }
    }
}
