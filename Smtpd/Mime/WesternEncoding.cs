using System.Text;

namespace Smtpd.Mime;

/// <summary>
/// ISO-8859-1. Whoever declares it and sends an octet from 0x80 to 0x9F mostly means windows-1252 (WHATWG Encoding §4.2): a
/// quotation mark, a dash, a euro. Only where such an octet ends a character of UTF-8 it is read to the letter, as a control
/// character: there somebody declared the wrong charset, and what is read to the letter can be put right again.
/// </summary>
internal sealed class WesternEncoding() : MailEncoding("iso-8859-1")
{
    private const byte FirstControl = 0x80;
    private const byte LastControl = 0x9F;

    protected override void Decode(ReadOnlySpan<byte> octets, StringBuilder text)
    {
        while (!octets.IsEmpty)
        {
            int stop = octets.IndexOfAnyInRange(FirstControl, LastControl);
            if (stop < 0)
            {
                text.Append(Latin1.GetString(octets));
                return;
            }
            // The lead octet of a UTF-8 character is at most three before its last.
            int whole = Math.Max(0, stop - 3);
            text.Append(Latin1.GetString(octets[..whole]));
            octets = octets[whole..];
            stop -= whole;
            int taken = 0;
            while (taken <= stop)
            {
                int length = Utf8Length(octets[taken..]);
                if (length > 1) text.Append(Latin1.GetString(octets.Slice(taken, length)));
                else if (octets[taken] is >= FirstControl and <= LastControl) text.Append(Charsets.Western.GetString(octets.Slice(taken, 1)));
                else text.Append((char)octets[taken]);
                taken += length;
            }
            octets = octets[taken..];
        }
    }

    private static int Utf8Length(ReadOnlySpan<byte> octets) =>
        octets[0] >= FirstControl && Rune.DecodeFromUtf8(octets, out _, out int length) == System.Buffers.OperationStatus.Done ? length : 1;
}
