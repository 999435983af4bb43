using System.Text;

namespace Smtpd.Tests.Mime;

/// <summary>Whole messages that between them have something of everything, for tests that break them.</summary>
internal static class SeedMails
{
    public static IReadOnlyList<byte[]> All { get; } = [.. Written(), Packed(compresses: true), Packed(compresses: false)];

    /// <summary>A message that Outlook packed, not encoded, so that what is broken is the package.</summary>
    private static byte[] Packed(bool compresses)
    {
        byte[] inner = new Tnef().MessageProperties(Tnef.PropertyText(0x1000, "inside")).Begin().Title("deep.pdf"u8.ToArray()).Data("third"u8.ToArray()).ToArray();
        byte[] package = new Tnef().CodePage(1251)
            .MessageProperties(Tnef.PropertyText(0x1000, "Text"), Tnef.Property(Tnef.Binary, 0x1013, "<p>Page</p>"u8.ToArray()), Tnef.Property(Tnef.Binary, 0x1009, Tnef.Rtf(@"{\rtf1\ansi Rich {\b text}\par}", compresses)), Tnef.Property(Tnef.Text, 1, "named"u8.ToArray(), isNamed: true))
            .Begin().Title("a.txt"u8.ToArray()).Data("first"u8.ToArray()).AttachmentProperties(Tnef.PropertyText(0x3707, "long name.txt"))
            .Begin().Title("inner"u8.ToArray()).AttachmentProperties(Tnef.Property(Tnef.Object, 0x3701, [.. new byte[16], .. inner])).ToArray();
        return [.. "Subject: packed\r\nContent-Type: application/ms-tnef; name=winmail.dat\r\nContent-Transfer-Encoding: binary\r\n\r\n"u8, .. package];
    }

    private static IEnumerable<byte[]> Written() => ((string[])
    [
        """
        From: Ann <ann@one.test>
        To: "Cee, Dan" <dan@two.test>, Friends: eve@two.test, "F. G." <f.g@two.test>;, hal@[192.0.2.1]
        Cc: (comment (nested)) ida@two.test (Ida)
        Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?= =?utf-8?b?8J+YgA==?= and text
        Date: Sun, 22 Nov 2026 10:11:12 +0100 (CET)
        Message-ID: <1.2.3@one.test>
        References: <1@one.test> <2@one.test>
        MIME-Version: 1.0
        Content-Type: text/plain; charset=utf-8; format=flowed
        Content-Transfer-Encoding: quoted-printable

        Gr=C3=BC=C3=9Fe,=20
        this is a soft=
         line break, and this is the end.   
        -- 
        Ann
        """,
        """
        From: =?iso-8859-1*de?Q?J=FCrgen?= <j@one.test>
        To: undisclosed-recipients:;
        Subject: Fwd: parts
        Date: 22 Nov 26 10:11 EST
        Content-Type: multipart/mixed; boundary="outer"

        preamble
        --outer
        Content-Type: multipart/alternative; boundary=inner

        --inner
        Content-Type: text/plain; charset=iso-2022-jp

        日本
        --inner
        Content-Type: text/html; charset="windows-1251"

        <html><head><style>p { color: red }</style></head><body><p>Fish &amp; chips<br>&#1046;<!-- no --></p></body></html>
        --inner--
        --outer
        Content-Type: application/pdf; name="=?utf-8?q?r=C3=A9sum=C3=A9.pdf?="
        Content-Disposition: attachment;
         filename*0*=utf-8''r%C3%A9;
         filename*1="sum";
         filename*2*=%C3%A9.pdf
        Content-Transfer-Encoding: base64
        Content-ID: <part@one.test>

        JVBERi0xLjQKJcOkw7zDtsOfCjIgMCBvYmoKPDwvTGVuZ3RoIDMgMCBSL0ZpbHRlci9GbGF0ZURl
        Y29kZT4+CnN0cmVhbQp4nD2OywoCMQxF9/MVd+1iTNoknQWVQZ==
        --outer
        Content-Type: message/rfc822

        From: inner@one.test
        Subject: inside
        Content-Type: multipart/mixed; boundary=outer2

        --outer2

        inside
        --outer2--
        --outer--
        epilogue
        """,
        """
        Subject: old
        Content-Type: text/plain
        Content-Transfer-Encoding: x-uuencode

        begin 644 cat.txt
        #0V%T
        `
        end
        """,
        """
        From: MAILER-DAEMON (Mail Delivery System)
        Content-Type: multipart/report; report-type=delivery-status; boundary="=_report"

        --=_report
        Content-Description: Notification

        It could not be delivered.
        --=_report
        Content-Type: message/delivery-status

        Reporting-MTA: dns; mx.test

        Final-Recipient: rfc822; nobody@two.test
        Action: failed
        --=_report
        Content-Type: multipart/digest; boundary=d

        --d

        Subject: first

        one
        --d

        Subject: second

        two
        --d--
        --=_report--
        """,
        """
        Content-Type: text/plain; charset=utf-8

        =ybegin line=128 size=3 name=a.txt
        ‹›
        =yend size=3
        begin 644 b.txt
        #0V%T
        `
        end
        """,
        """
        From nobody Sun Nov 22 10:11:12 2026
        Received: from a (b [192.0.2.1]) by c with ESMTP id 1 for <d@e.test>; Sun, 22 Nov 2026 10:11:12 +0100
        Content-Type: text/html

        <title>T</title><script>x</script><p>A<p>B &lt; C &amp D &#x1F600;
        """,
        """
        Content-Type: multipart/alternative; boundary=b

        --b
        Content-Type: text/enriched

        <bold>Bold</bold> and <<less <param>x</param><nofill>  as it is</nofill>

        --b
        Content-Type: text/richtext

        Rich<nl><bold>text</bold><lt><comment>no</comment>
        --b
        Content-Type: application/rtf

        {\rtf1\ansi\ansicpg1252 Rich \'e9 \u8364? {\*\x hidden}\par}
        --b
        Content-Type: text/calendar; method=REQUEST; charset=utf-8

        BEGIN:VCALENDAR
        METHOD:REQUEST
        BEGIN:VEVENT
        DTSTART;TZID=Europe/Berlin:20261122T101112
        DTEND:20261122T111112Z
        SUMMARY;LANGUAGE=de:Treffen\, heute
        LOCATION:Rau
         m 1
        ORGANIZER;CN="Ann: Cee":mailto:ann@one.test
        ATTENDEE;CN=Dan:mailto:dan@two.test
        DESCRIPTION:eins\nzwei
        END:VEVENT
        END:VCALENDAR
        --b--
        """,
    ]).Select(mail => Encoding.UTF8.GetBytes(mail.Replace("\r", "", StringComparison.Ordinal).Replace("\n", "\r\n", StringComparison.Ordinal)));
}
