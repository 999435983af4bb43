using System.Text;
using NUnit.Framework;
using Smtpd.Mail;
using Smtpd.Storage;
using Smtpd.Tests.Operations;

namespace Smtpd.Tests.Storage.Mongo;

/// <summary>What Smtpd writes has the original's names and types, as MongoDB's own client reads them.</summary>
internal sealed class DocumentShapeTests : StoreFixture
{
    protected override IMailStore Create(TemporaryFolder folder) => Create(StoreKind.Mongo, folder);

    private const string Multipart =
        "Return-Path: <sender@remote.test>\r\nReceived: from client.test\r\n\tby mx.test; now\r\nfrom: A Sender <a@remote.test>\r\nTo: alice@local.test\r\nsubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n"
        + "X-Dotted.Name: 1\r\n$Dollar: 2\r\nX-Twice: one\r\nx-twice: two\r\n\tfolded\r\nMESSAGE-ID: <m@remote.test>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
        + "--b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nGr=C3=BC=C3=9Fe\r\n--b\r\nContent-Type: TEXT/HTML\r\nContent-Disposition: inline\r\n\r\n<p>page</p>\r\n"
        + "--b\r\nContent-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment\r\n\r\nSGVsbG8=\r\n--b--\r\n";

    [Test]
    public async Task A_message_has_the_originals_fields_and_types()
    {
        MessageId id = Keep(Mails.New(Staging, Multipart, "Alice@local.test", "bob@other.test"));
        await PythonScript.RunAsync(Folder,
            """
            mail = mails.find_one({"id": sys.argv[3]})
            same(list(mail)[:12], ["_id", "id", "subject", "from", "to", "created", "attachments", "ip", "content", "mime", "starred", "unread"], "fields")
            same(mail["_id"], ObjectId(sys.argv[3]), "_id")
            same(mail["subject"], "Gr\u00fc\u00dfe", "subject")
            same(mail["from"], {"relays": [], "mailbox": "sender", "domain": "remote.test", "params": ""}, "from")
            same(mail["to"], [{"relays": [], "mailbox": "Alice", "domain": "local.test", "params": ""}, {"relays": [], "mailbox": "bob", "domain": "other.test", "params": ""}], "to")
            same(mail["created"], datetime.datetime(2026, 11, 21, 12, 0), "created")
            same(mail["ip"], "127.0.0.1", "ip")
            file, = mail["attachments"]
            same(list(file), ["id", "body", "filename", "contenttype", "charset", "mimeversion", "transferencoding", "size"], "fields of an attachment")
            assert ObjectId.is_valid(file["id"]) and file["id"] != mail["id"]
            same([file[name] for name in list(file)[1:]], ["SGVsbG8=", "a.pdf", "application/pdf", "", "", "base64", 8], "attachment")
            content = mail["content"]
            same(list(content), ["headers", "textbody", "htmlbody", "size", "body"], "fields of content")
            same((content["textbody"], content["htmlbody"], content["size"]), ("Gr\u00fc\u00dfe", "<p>page</p>", len(content["body"].encode())), "content")
            assert content["body"].startswith("Return-Path: <sender@remote.test>\r\nReceived:") and content["body"].endswith("--b--\r\n")
            headers = content["headers"]
            same(headers["Message-ID"], [mail["id"] + "@mx.test"], "Message-ID")
            same(headers["Message-Id"], ["<m@remote.test>"], "Message-Id")
            same(headers["From"], ["A Sender <a@remote.test>"], "From")
            same(headers["X-Twice"], ["one", "two folded"], "X-Twice")
            same(headers["X-Dotted.name"], ["1"], "a name with a dot")
            same(headers["\uff04dollar"], ["2"], "a name with a dollar")
            same(headers["Received"], ["from client.test by mx.test; now"], "Received")
            same(headers["Return-Path"], ["<sender@remote.test>"], "Return-Path")
            text, page = mail["mime"]["parts"]
            same(list(text), ["headers", "body", "filename", "contenttype", "charset", "mimeversion", "transferencoding", "disposition", "size"], "fields of a part")
            same((text["body"], text["contenttype"], text["charset"], text["transferencoding"], text["disposition"]), ("Gr\u00fc\u00dfe", "text/plain", "utf-8", "", ""), "a part that was quoted-printable")
            same((page["contenttype"], page["disposition"], page["size"], page["headers"]), ("text/html", "inline", 11, {"Content-Type": ["TEXT/HTML"], "Content-Disposition": ["inline"]}), "a page")
            same((mail["starred"], mail["unread"]), (False, True), "marks")
            same(mail["deliveries"], [{"mailbox": "alice@local.test", "domain": "local.test", "read": False, "starred": False, "tags": []}, {"mailbox": "bob@other.test", "domain": "other.test", "read": False, "starred": False, "tags": []}], "deliveries")
            same(type(mail["smtpd"]["size"]), Int64, "size")
            assert "source" not in mail
            """, id.ToString());
    }

    [Test]
    public async Task A_plain_message_has_no_mime_and_no_attachments()
    {
        MessageId id = Keep(Mail("plain"));
        await PythonScript.RunAsync(Folder,
            """
            mail = mails.find_one({"id": sys.argv[3]})
            same((mail["mime"], mail["attachments"], mail["content"]["textbody"], mail["content"]["htmlbody"]), (None, [], "Text\r\n", ""), "a plain message")
            """, id.ToString());
    }

    [Test]
    public async Task A_source_that_no_string_can_hold_is_there_as_it_is_and_as_text()
    {
        byte[] source = [.. "Subject: x\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\r\nGr"u8, 0xFC, 0xDF, .. "e\r\n"u8];
        MessageId id = Keep(Mails.New(Staging, source));
        await PythonScript.RunAsync(Folder,
            """
            mail = mails.find_one({"id": sys.argv[3]})
            same(bytes(mail["source"]).hex(), sys.argv[4], "source")
            same(mail["content"]["textbody"], "Gr\u00fc\u00dfe\r\n", "text")
            assert "Gr\u00fc\u00dfe" in mail["content"]["body"]
            """, id.ToString(), Convert.ToHexStringLower(source));
        Assert.That(await Mails.ReadAllAsync((await Store.OpenSourceAsync(id, default))!), Is.EqualTo(source));
    }

    [Test]
    public async Task A_large_source_is_read_by_the_drivers_own_GridFS()
    {
        byte[] source = Encoding.ASCII.GetBytes("Subject: big\r\n\r\n" + string.Concat(Enumerable.Repeat("0123456789abcdef0123456789abcdef\r\n", 500_000)));
        MessageId id = Keep(Mails.New(Staging, source));
        await PythonScript.RunAsync(Folder,
            """
            mail = mails.find_one({"id": sys.argv[3]})
            same(mail["content"]["body"], "", "body")
            same(mail["content"]["size"], int(sys.argv[4]), "size")
            file = gridfs.GridFS(db).get(mail["smtpd"]["file"])
            octets = file.read()
            same((len(octets), file.length, file.chunk_size), (int(sys.argv[4]), int(sys.argv[4]), 261120), "file")
            assert octets.startswith(b"Subject: big\r\n\r\n0123") and octets.endswith(b"cdef\r\n")
            """, id.ToString(), $"{source.Length}");
    }

    [Test]
    public async Task Marks_are_seen_by_programs_that_know_no_entries()
    {
        MessageId id = Keep(Mail("1", "alice@local.test", "bob@local.test"));
        await Store.MarkAsync(Box("alice@local.test"), [id], new Marks(Read: true, Starred: true), default);
        await PythonScript.RunAsync(Folder, """same([(mail["unread"], mail["starred"]) for mail in mails.find()], [(True, True)], "one has read it")""");
        await Store.MarkAsync(Box("bob@local.test"), [id], new Marks(Read: true), default);
        await PythonScript.RunAsync(Folder, """same([(mail["unread"], mail["starred"]) for mail in mails.find()], [(False, True)], "both have read it")""");
    }
}
