using System.Globalization;
using System.Text;

namespace Smtpd.Tests.Smtp;

/// <summary>Makes what clients could send: well-formed dialogues, dialogues as programs were seen to send them, and damaged ones. One seed, one stream.</summary>
internal sealed class FuzzStreams(int seed)
{
    private static readonly string[] Recorded =
    [
        "EHLO laptop\r\nMAIL FROM:<root@remote.test> SIZE=312\r\nRCPT TO:<alice@local.test>\r\nDATA\r\nDate: Sat, 21 Nov 2026 10:00:00 +0000\r\nTo: alice@local.test\r\nFrom: root@remote.test\r\nSubject: test\r\n\r\nThis is a test mailing\r\n\r\n.\r\nQUIT\r\n",
        "ehlo [127.0.0.1]\r\nmail FROM:<py@remote.test> size=80 BODY=8BITMIME\r\nrcpt TO:<alice@local.test>\r\nrcpt TO:<nobody@elsewhere.test>\r\ndata\r\nSubject: gr\u00c3\u00bc\u00c3\u009f\r\n\r\n..a\r\n.\r\nrset\r\nquit\r\n",
        "EHLO mx.remote.test\r\nMAIL FROM:<s\u00c3\u00a9nder@remote.test> SIZE=60 SMTPUTF8 RET=HDRS ENVID=QQ+2B1\r\nRCPT TO:<\u00e7\u0094\u00a8\u00e6\u0088\u00b7@local.test> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;a@local.test\r\nBDAT 24\r\nSubject: chunk\r\n\r\nhello\r\nBDAT 7 LAST\r\nagain\r\nMAIL FROM:<>\r\nRCPT TO:<bob@local.test>\r\nBDAT 0 LAST\r\nQUIT\r\n",
        "HELO old.test\r\nMAIL FROM:<a@remote.test>\r\nRCPT TO:<postmaster>\r\nDATA\r\nx\r\n.\r\nMAIL FROM:<b@remote.test> BODY=BINARYMIME\r\nRCPT TO:<bob@local.test>\r\nDATA\r\nBDAT 5 LAST\r\n\0\r\n.\nVRFY bob\r\nHELP\r\nNOOP\r\nQUIT\r\n",
        "EHLO smuggler.test\r\nMAIL FROM:<a@remote.test>\r\nRCPT TO:<alice@local.test>\r\nDATA\r\nSubject: outer\r\n\r\nouter\n.\r\nMAIL FROM:<b@remote.test>\r\nRCPT TO:<bob@local.test>\r\nDATA\r\nSubject: inner\r\n\r\ninner\r\n.\r\nNOOP\r\nQUIT\r\n",
    ];

    private static readonly string[] Commands =
    [
        "EHLO client.test", "HELO client.test", "EHLO", "MAIL FROM:<a@remote.test>", "MAIL FROM:<>", "MAIL FROM:<a@remote.test> SIZE=100", "MAIL FROM:<a@remote.test> SIZE=99999999999",
        "MAIL FROM:<\u00c3\u00bc@remote.test> SMTPUTF8", "MAIL FROM:<\u00c3\u00bc@remote.test>", "MAIL FROM:<\u00c0\u00af@remote.test> SMTPUTF8", "MAIL FROM:<a@remote.test> BODY=BINARYMIME", "MAIL FROM:<a@remote.test> RET=FULL ENVID=x",
        "MAIL FROM:<a@remote.test> ENVID=+ZZ", "MAIL FROM:<bad", "RCPT TO:<alice@local.test>", "RCPT TO:<bob@local.test> NOTIFY=NEVER", "RCPT TO:<x@elsewhere.test>", "RCPT TO:<>", "RCPT TO:<\u00c3\u00bc@local.test>", "RCPT TO:<carol@local.test> ORCPT=x",
        "RSET", "NOOP", "VRFY x", "VRFY \u00c3\u00bc SMTPUTF8", "EXPN x", "HELP", "HELP BDAT", "HELP x", "DATA x", "BDAT", "BDAT x", "BDAT -1", "BDAT 0", "BDAT 0 LAST", "BDAT 3 FIRST\r\nabc", "STARTTLS", "BOGUS", "", "   ", "XQ17",
    ];

    private static readonly string[] Pieces = ["\r\n", "\n", "\r", ".", "\r\n.\r\n", "\n.\n", "\r\n.\n", "..", "\0", "a", " ", "MAIL FROM:<z@remote.test>\r\n", "QUIT\r\n", "BDAT 4 LAST\r\n", "\u00ff", "Subject: x\r\n\r\n", "--b\r\n"];

    private readonly Random _random = new(seed);

    /// <summary>The octets of one session.</summary>
    public byte[] Next()
    {
        string text = _random.Next(5) switch
        {
            0 => Recorded[_random.Next(Recorded.Length)],
            1 => Noise(_random.Next(400)),
            _ => Dialogue(),
        };
        byte[] octets = Encoding.Latin1.GetBytes(text);
        return _random.Next(3) == 0 ? Damage(octets) : octets;
    }

    /// <summary>The same octets in pieces that end anywhere.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Split(byte[] octets)
    {
        int most = _random.Next(3) switch { 0 => 3, 1 => 50, _ => 2000 };
        for (int position = 0; position < octets.Length;)
        {
            int count = Math.Min(octets.Length - position, _random.Next(1, most + 1));
            yield return octets.AsMemory(position, count);
            position += count;
        }
    }

    private string Dialogue()
    {
        var text = new StringBuilder("EHLO client.test\r\n");
        for (int steps = _random.Next(1, 12); steps > 0; steps--)
        {
            if (_random.Next(3) > 0) text.Append("MAIL FROM:<a@remote.test>\r\nRCPT TO:<alice@local.test>\r\n");
            text.Append(_random.Next(4) switch
            {
                0 => "DATA\r\n" + Noise(_random.Next(60)) + "\r\n.\r\n",
                1 => "DATA\r\n" + new string('x', _random.Next(70_000)) + "\r\n.\r\n",
                2 => Chunks(),
                _ => Commands[_random.Next(Commands.Length)] + "\r\n",
            });
        }
        return text.Append(_random.Next(2) == 0 ? "QUIT\r\n" : "").ToString();
    }

    private string Chunks()
    {
        var text = new StringBuilder();
        for (int left = _random.Next(1, 4); left > 0; left--)
        {
            string body = _random.Next(6) == 0 ? new string('y', _random.Next(120_000)) : Noise(_random.Next(20));
            // Now and then the number is wrong.
            int said = _random.Next(12) == 0 ? _random.Next(300) : body.Length;
            text.Append(CultureInfo.InvariantCulture, $"BDAT {said}{(left == 1 ? " LAST" : "")}\r\n{body}");
            if (_random.Next(5) == 0) text.Append(Commands[_random.Next(Commands.Length)]).Append("\r\n");
        }
        return text.ToString();
    }

    private string Noise(int pieces) =>
        string.Concat(Enumerable.Range(0, pieces).Select(_ => _random.Next(3) == 0 ? ((char)_random.Next(256)).ToString() : Pieces[_random.Next(Pieces.Length)]));

    private byte[] Damage(byte[] octets)
    {
        List<byte> damaged = [.. octets];
        for (int times = _random.Next(1, 6); times > 0 && damaged.Count > 0; times--)
        {
            int place = _random.Next(damaged.Count), length = Math.Min(_random.Next(1, 30), damaged.Count - place);
            switch (_random.Next(4))
            {
                case 0: damaged[place] = (byte)_random.Next(256); break;
                case 1: damaged.RemoveRange(place, length); break;
                case 2: damaged.InsertRange(place, damaged.GetRange(place, length)); break;
                default: damaged.InsertRange(place, Encoding.Latin1.GetBytes(Pieces[_random.Next(Pieces.Length)])); break;
            }
        }
        return [.. damaged];
    }
}
