using Smtpd.Storage;

namespace Smtpd.Tests.Storage.Search;

/// <summary>Some mail to be searched, in the order in which it comes. Queries name messages by their subjects' first word.</summary>
internal static class SearchMails
{
    public static IEnumerable<ReceivedMail> All(BodyStaging staging)
    {
        yield return New(staging, "From: Alice Example <alice@example.com>\r\nTo: Bob <bob@local.test>\r\nCc: \"Carol Q. Public\" <carol@other.test>\r\nSubject: Invoice 2026-0815 for you\r\n"
            + "Message-ID: <one.1@mail.example.com>\r\nReply-To: billing@example.com\r\nX-Mailer: Swaks v1 (jetmore.org)\r\n\r\nPlease pay the amount of 100 euro.\r\nKind regards\r\n", 1, "bob@local.test", "carol@other.test");
        yield return New(staging, "From: =?utf-8?q?J=C3=BCrgen_M=C3=BCller?= <j@xn--bcher-kva.example>\r\nTo: alice@local.test\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe_aus_K=C3=B6ln?=\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
            + "Stra\u00DFe und Caf\u00E9 in \u0141\u00F3d\u017A\r\n", 2, "alice@local.test", "secret@local.test");
        yield return New(staging, "From: list@lists.test\r\nTo: list@lists.test\r\nBcc: visible@local.test\r\nSubject: Newsletter\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n"
            + "--b\r\nContent-Type: text/plain\r\n\r\nplain words only here\r\n--b\r\nContent-Type: text/html\r\n\r\n<html><head><title>hiddentitle</title><style>p{color:red}</style></head><body><p>rich<b>text</b> body</p><a href=\"http://tracker.test/x\">click</a></body></html>\r\n--b--\r\n",
            3, "dave@local.test", "erin@other.test");
        yield return New(staging, "From: robot@build.test\r\nTo: dave@local.test\r\nSubject: Attachment for you\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
            + "--b\r\nContent-Type: text/plain\r\n\r\nsee file\r\n--b\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename=\"Quarterly Report.pdf\"\r\n\r\n%PDF notsearched\r\n--b\r\n"
            + "Content-Type: image/png; name=logo.png\r\nContent-ID: <logo>\r\nContent-Disposition: inline\r\n\r\npng\r\n--b--\r\n", 4, "dave@local.test");
        yield return New(staging, "From: \u6771\u4EAC <tokyo@jp.test>\r\nTo: alice@local.test\r\nSubject: \u6771\u4EAC\u90FD\u306E\u5929\u6C17 \U0001F389\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
            + "\u4ECA\u65E5\u306F\u6674\u308C\u3067\u3059\u3002 \uB300\uD559\uAD50\uC5D0\uC11C \u0E20\u0E32\u0E29\u0E32\u0E44\u0E17\u0E22\r\n", 5, "alice@local.test");
        yield return New(staging, "From: alice@example.com\r\nTo: bob@local.test\r\nSubject: Big one\r\n\r\n" + string.Concat(Enumerable.Repeat("large body\r\n", 5000)), 6, "bob@local.test");
        yield return New(staging, "", 7, "bob@local.test");
        yield return New(staging, "From: carol@other.test\r\nTo: alice@local.test\r\nSubject: Quotes \"and\" NEAR(a b) OR * ' ; DROP TABLE\r\nX-Mailer: none\r\n\r\nfoo@bar.com wrote: don't AND NOT\r\nbegin 644 data.txt\r\n#0V%T\r\n`\r\nend\r\n", 8, "alice@local.test");
    }

    private static ReceivedMail New(BodyStaging staging, string source, int hour, params string[] recipients)
    {
        ReceivedMail mail = Mails.New(staging, source, recipients);
        return new ReceivedMail
        {
            Envelope = mail.Envelope,
            Content = mail.Content,
            Body = mail.Body,
            Helo = mail.Helo,
            ClientAddress = mail.ClientAddress,
            Created = new DateTimeOffset(2026, 11, 20, hour, 0, 0, TimeSpan.Zero),
        };
    }
}
