using System.Text;

namespace Smtpd.Tests.Mime;

/// <summary>Makes broken mail out of whole mail: the same from the same seed.</summary>
internal sealed class Mutator(int seed, IReadOnlyList<byte[]> seeds)
{
    /// <summary>Most changes are made near the beginning, where the header is.</summary>
    private const int Beginning = 2 * 1024;

    private const int MostChanges = 6;
    private const int LongestCopy = 512;

    /// <summary>How large an input becomes at most.</summary>
    public const int MostOctets = 64 * 1024;

    /// <summary>What means something to one of the readers.</summary>
    private static readonly byte[][] _tokens =
    [
        .. ((string[])
        [
            "\r\n", "\n", "\r", "\r\n\r\n", "\n\n", "\r\n ", "\r\n\t", "\0", " ", "\t", ":", ";", ",", "@", "<", ">", "(", ")", "\\", "\"", "'", "=", "*", "%", "[", "]", "=?", "?=", "=?utf-8?q?", "=?utf-8?b?", "=?iso-2022-jp?B?GyRCRnw=?=",
            "--", "\r\n--", "\r\n--b\r\n", "\r\n--b--\r\n", "-", "boundary=b;", "boundary=\"\"", "Content-Type: ", "multipart/mixed; boundary=b\r\n", "multipart/digest; boundary=b\r\n", "multipart/alternative; boundary=\"b \"\r\n", "message/rfc822\r\n", "text/html\r\n",
            "text/plain; charset=", "charset=utf-16\r\n", "charset=utf-7\r\n", "charset=hz-gb-2312\r\n", "charset=iso-2022-kr\r\n", "format=flowed; delsp=yes", "Content-Transfer-Encoding: base64\r\n", "Content-Transfer-Encoding: quoted-printable\r\n", "Content-Transfer-Encoding: x-uuencode\r\n", "Content-Transfer-Encoding: binary\r\n",
            "Content-Disposition: attachment; filename*0*=utf-8''%C3; filename*1=\"\r\n", "filename=\"../../x\"", "name*=iso-8859-1''%E9", "Content-ID: <a@b>\r\n", "Subject: ", "Date: ", "From: ", "To: ", "Message-ID: <", "begin 644 a\r\n", "`\r\nend\r\n", "=ybegin line=128 size=3 name=a\r\n", "=yend size=3\r\n",
            "=\r\n", "=3D", "=C3=A9", "w6k=", "<html>", "<style>", "</", "<!--", "&amp;", "&#0;", "&#x10FFFF;", "\u001b$B", "\u001b(B", "~{", "~}", "\u000e", "\u000f", "+AOk-", "Group: ;", "a@b.test", "1 Jan 2026 00:00:00 +0000", "24:00", "99999999999", "\u00ef\u00bb\u00bf", "\u00c3", "\u00ff\u00fe", "\u0080",
        ]).Select(Encoding.Latin1.GetBytes),
    ];

    private readonly Random _random = new(seed);

    public byte[] Next()
    {
        byte[] mail = seeds[_random.Next(seeds.Count)];
        for (int changes = _random.Next(1, MostChanges); changes > 0; changes--) mail = Change(mail);
        return mail.Length <= MostOctets ? mail : mail[..MostOctets];
    }

    private byte[] Change(byte[] mail)
    {
        int range = _random.Next(4) > 0 ? Math.Min(Beginning, mail.Length) : mail.Length;
        int place = _random.Next(range + 1), other = _random.Next(range + 1);
        int end = Math.Min(mail.Length, place + Length());
        switch (_random.Next(9))
        {
            case 0 when place < mail.Length:
                byte[] changed = [.. mail];
                changed[place] = (byte)_random.Next(256);
                return changed;
            case 1:
                return [.. mail.AsSpan(0, place), .. mail.AsSpan(end)];
            case 2:
                return [.. mail.AsSpan(0, other), .. mail.AsSpan(place, end - place), .. mail.AsSpan(other)];
            case 3:
                return Repeat(mail, place, mail.AsSpan(place, Math.Min(end - place, 64)));
            case 4:
                return Repeat(mail, place, Token());
            case 5:
                return mail[..place];
            case 6:
                byte[] second = seeds[_random.Next(seeds.Count)];
                return [.. mail.AsSpan(0, place), .. second.AsSpan(_random.Next(second.Length + 1))];
            default:
                return [.. mail.AsSpan(0, place), .. Token(), .. mail.AsSpan(place)];
        }
    }

    /// <summary>Mostly short, sometimes long.</summary>
    private int Length() => _random.Next(4) > 0 ? _random.Next(1, 8) : _random.Next(LongestCopy);

    private byte[] Token() => _tokens[_random.Next(_tokens.Length)];

    private byte[] Repeat(byte[] mail, int place, ReadOnlySpan<byte> repeated)
    {
        int times = _random.Next(8) > 0 ? _random.Next(2, 20) : _random.Next(2, 1000);
        using var all = new MemoryStream();
        all.Write(mail.AsSpan(0, place));
        for (int i = 0; i < times && all.Length < MostOctets; i++) all.Write(repeated);
        all.Write(mail.AsSpan(place));
        return all.ToArray();
    }
}
