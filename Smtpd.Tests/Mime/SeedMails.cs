using System.Text;

namespace Smtpd.Tests.Mime;

/// <summary>Whole messages that between them have something of everything, for tests that break them.</summary>
internal static class SeedMails
{
    public static IReadOnlyList<byte[]> All { get; } = [.. ((string[])
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
    ]).Select(mail => Encoding.UTF8.GetBytes(mail.Replace("\r", "", StringComparison.Ordinal).Replace("\n", "\r\n", StringComparison.Ordinal)))];
}
