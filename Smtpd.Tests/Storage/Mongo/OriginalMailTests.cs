using System.Text;
using NUnit.Framework;
using Smtpd.Mail;
using Smtpd.Mime;
using Smtpd.Mongo.Bson;
using Smtpd.Storage;
using Smtpd.Storage.Mongo;
using Smtpd.Storage.Reading;
using Smtpd.Storage.Search;
using Smtpd.Tests.Operations;
using Smtpd.Tests.Web;

namespace Smtpd.Tests.Storage.Mongo;

/// <summary>Documents as the original wrote them, with all their quirks.</summary>
internal sealed class OriginalMailTests : StoreFixture
{
    private const string First = "5be0f1f2a1b2c3d4e5f60718", Second = "5be0f1f3a1b2c3d4e5f60719", Third = "5be0f1f4a1b2c3d4e5f6071a", File = "5be0f1f2a1b2c3d4e5f607ff";

    /// <summary>The placeholder becomes octets that are no UTF-8: mgo did not look.</summary>
    private const string Insert =
        """
        from bson.raw_bson import RawBSONDocument
        def path(text):
            relays, _, address = text.rpartition(":")
            mailbox, _, domain = address.rpartition("@")
            return {"relays": relays.split(",") if relays else [], "mailbox": mailbox, "domain": domain, "params": ""}
        def keep(key, id, subject, to, body, headers, text, mime=None, attachments=[], unread=True):
            raw = bson.encode({"_id": ObjectId(key), "id": id, "subject": subject, "from": path("sender@remote.test"), "to": [path(one) for one in to],
                "created": datetime.datetime(2018, 11, 6, 1, 2, 3), "attachments": attachments, "ip": "192.0.2.7",
                "content": {"headers": headers, "textbody": text, "htmlbody": "", "size": len(body), "body": body}, "mime": mime, "starred": False, "unread": unread})
            mails.insert_one(RawBSONDocument(raw.replace(b"\x01\x02\x03", b"Gr\xfc").replace(b"\x04\x05", b"\xdfe")))
        added = {"Message-ID": ["5be0f1f2a1b2c3d4e5f60718@mx.test"], "Received": ["from client by mx.test\r\n"], "Return-Path": ["<sender@remote.test>"]}
        keep("5be0f1f2ffffffffffffff01", "5be0f1f2a1b2c3d4e5f60718", "With a file", ["Alice@Local.test", "relay1,relay2:bob@other.test"],
            "From: A <a@remote.test>\r\nTo: alice@local.test\r\nDate: Tue, 6 Nov 2018 01:02:03 +0000\r\nMessage-Id: <one@remote.test>\r\nSubject: With a file\r\nX-Dotted.Name: x\r\n"
            "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n..stuffed line\r\nbanana\r\n--b\r\nContent-Type: application/pdf\r\n"
            "Content-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=a.pdf\r\n\r\nSGVsbG8=\r\n--b--\r\n.\r\nQUIT\r\n",
            {**added, "From": ["A <a@remote.test>"], "To": ["alice@local.test"], "Date": ["Tue, 6 Nov 2018 01:02:03 +0000"], "Message-Id": ["<one@remote.test>"], "Subject": ["With a file"], "X-Dotted.name": ["x"]},
            "..stuffed line\r\nbanana", {"parts": []},
            [{"id": "5be0f1f2a1b2c3d4e5f607ff", "body": "SGVsbG8=", "filename": "a.pdf", "contenttype": "application/pdf", "charset": "", "mimeversion": "", "transferencoding": "base64", "size": 8}])
        keep("5be0f1f3ffffffffffffff02", "5be0f1f3a1b2c3d4e5f60719", "Eight bits", ["bob@other.test"], "Subject: Eight bits\r\n\r\n\x01\x02\x03\x04\x05 cherry\r\n",
            {**added, "Subject": ["Eight bits"]}, "\x01\x02\x03\x04\x05 cherry\r\n", unread=False)
        keep("5be0f1f4ffffffffffffff03", "5be0f1f4a1b2c3d4e5f6071a", "Body alone", ["alice@local.test"], "only the body: damson\r\n", {**added, "Subject": ["Body alone"], "From": ["B <b@remote.test>"]}, "")
        """;

    private readonly List<MessageId> _ids = [.. ((string[])[First, Second, Third]).Select(text => MessageId.TryParse(text, out MessageId id) ? id : default)];

    protected override IMailStore Create(TemporaryFolder folder) => Create(StoreKind.Mongo, folder);

    [SetUp]
    public async Task InsertAsync()
    {
        await PythonScript.RunAsync(Folder, Insert);
        await Store.DisposeAsync();
        Reopen();
        await ((MongoStore)Store).Prepared.WaitAsync(Tests.Mongo.StandIn.Deadline);
    }

    private async Task<string> SourceAsync(int place) => Encoding.Latin1.GetString(await Mails.ReadAllAsync((await Store.OpenSourceAsync(_ids[place], default))!));

    [Test]
    public async Task They_are_listed_by_the_id_that_was_told_and_found_in_their_mailboxes()
    {
        Assert.That(await IdsAsync(MailScope.Everything), Is.EqualTo(new[] { _ids[2], _ids[1], _ids[0] }));
        Assert.That(await IdsAsync(MailScope.Everything, before: _ids[2], limit: 1), Is.EqualTo(new[] { _ids[1] }));
        Assert.That(await IdsAsync(Box("alice@local.test")), Is.EqualTo(new[] { _ids[2], _ids[0] }));
        Assert.That(await IdsAsync(Domain("other.test")), Is.EqualTo(new[] { _ids[1], _ids[0] }));
        Assert.That(await CountsAsync(MailScope.Everything), Is.EqualTo((3L, 2L)));
        Assert.That(await CountsAsync(Box("bob@other.test")), Is.EqualTo((2L, 1L)));
        Assert.That((await Store.ListMailboxesAsync(MailScope.Everything, false, "", null, 10, default)).Select(one => one.Name), Is.EqualTo(new[] { "alice@local.test", "bob@other.test" }));
        MessageSummary first = await FindAsync(MailScope.Everything, _ids[0]);
        Assert.That((first.Header.Subject, first.Header.MessageId, first.Header.From.Single().Address, first.Header.Date), Is.EqualTo(("With a file", "one@remote.test", "a@remote.test", new DateTimeOffset(2018, 11, 6, 1, 2, 3, TimeSpan.Zero))));
        Assert.That((first.Envelope.From, first.Envelope.ClientAddress, first.Attachments), Is.EqualTo(("sender@remote.test", "192.0.2.7", 1)));
        Assert.That(first.Envelope.To, Is.EqualTo(new[] { "Alice@Local.test", "bob@other.test" }));
    }

    [Test]
    public async Task Their_sources_are_mended_and_their_parts_read()
    {
        Assert.That(await SourceAsync(0), Does.Contain("\r\n.stuffed line\r\n").And.EndsWith("--b--\r\n"));
        Assert.That(await SourceAsync(1), Is.EqualTo("Subject: Eight bits\r\n\r\nGr\u00FC\u00DFe cherry\r\n"));
        Assert.That(await SourceAsync(2), Does.Contain("From: B <b@remote.test>\r\n").And.EndsWith("\r\n\r\nonly the body: damson\r\n"));
        Assert.That((await Store.FindPartsAsync(_ids[0], default))!.Parts.Select(part => part.Kind), Is.EqualTo(new[] { PartKind.Multipart, PartKind.Body, PartKind.Attachment }));
        MessageContent content = (await new MessageReader(Store).ReadAsync(_ids[0], default))!;
        Assert.That(content.Attachments.Single().Part.FileName, Is.EqualTo("a.pdf"));
        Assert.That((await new MessageReader(Store).ReadAsync(_ids[1], default))!.Text, Is.EqualTo("Gr\u00FC\u00DFe cherry\r\n"));
    }

    [Test]
    public async Task Lists_show_how_their_texts_begin_once_they_were_read_for_the_search()
    {
        // What nobody saw to is looked for at the start.
        await Store.DisposeAsync();
        Reopen();
        Assert.That(() => ((MongoStore)Store).CountUnindexedAsync().AsTask().GetAwaiter().GetResult(), Is.Zero.After(60).Seconds.PollEvery(20).MilliSeconds);
        string[] snippets = [.. (await Store.ListAsync(MailScope.Everything, 0, null, 10, default)).Messages.Select(message => message.Snippet)];
        Assert.That(snippets, Is.EqualTo(new[] { "only the body: damson", "Gr\u00FC\u00DFe cherry", ".stuffed line banana" }));
        BsonDocument stored = (await ((MongoStore)Store).Collection(MongoStores.Collection).FindOneAsync(BsonDocument.Of("id"u8, First), BsonDocument.Empty, default))!.Value;
        Assert.That((stored["snippet"u8].AsString(), stored.Has("smtpd"u8)), Is.EqualTo((snippets[2], false)), "the document is still the original's");
        Assert.That(StoredMail.Projection.Has("content"u8) || StoredMail.Projection.Has("content.body"u8) || StoredMail.Projection.Has("content.textbody"u8), Is.False, "lists never load bodies");
    }

    [Test]
    public async Task Their_attachments_are_found_by_the_ids_that_they_had()
    {
        (MessageId id, string section) = (await ((MongoStore)Store).FindAttachmentAsync(MailScope.Everything, File, default))!.Value;
        Assert.That((id, section), Is.EqualTo((_ids[0], "2")));
        Assert.That(await ((MongoStore)Store).FindAttachmentAsync(Box("nobody@local.test"), File, default), Is.Null);
        Assert.That(await ((MongoStore)Store).FindAttachmentAsync(MailScope.Everything, First, default), Is.Null);
    }

    [Test]
    public async Task Users_who_saw_all_mail_and_see_none_now_are_named_at_the_start_until_they_are_given_some()
    {
        await PythonScript.RunAsync(Folder,
            """
            for name, active, everything in [("clerk", True, False), ("boss", True, True), ("gone", False, False)]:
                db["Users"].insert_one({"username": name, "password": "deadbeefb4b95d35b054d4faa0d238742dcfbbf68b30f5a8", "isactive": active, "issuperuser": everything, "joinedat": datetime.datetime(2018, 1, 1)})
            """);
        Assert.That(await NoticesAsync(_ => ValueTask.CompletedTask), Has.One.Contains("users: clerk, who").And.One.Contains("smtpd user set NAME --mailbox"));
        // Another password, as at the first sign-in, is no mailbox.
        Assert.That(await NoticesAsync(async store => await store.ChangeUserAsync("clerk", user => user with { FullName = "A Clerk" }, default)), Has.One.Contains("users: clerk, who"));
        Assert.That(await NoticesAsync(async store =>
        {
            await store.ChangeUserAsync("clerk", user => user with { Mailboxes = ["clerk@local.test"] }, default);
            await store.ChangeUserAsync("clerk", user => user with { Mailboxes = [] }, default);
        }), Has.None.Contains("users: "), "what was said may be taken back");

        async Task<IEnumerable<string>> NoticesAsync(Func<MongoStore, ValueTask> before)
        {
            await before((MongoStore)Store);
            var log = new ListLog();
            await using MongoStore again = MongoStores.Open(Folder, log: log);
            await again.Prepared.WaitAsync(Tests.Mongo.StandIn.Deadline);
            return log.Lines.Select(line => line.Text);
        }
    }

    [Test]
    public async Task They_are_searched_marked_tagged_and_deleted()
    {
        foreach ((string text, int place) in ((string, int)[])[("banana", 0), ("subject:file", 0), ("from:a@remote.test", 0), ("cherry", 1), ("\"gr\u00FC\u00DFe cherry\"", 1), ("damson is:unread", 2), ("filename:a.pdf", 0)])
        {
            Assert.That(SearchQuery.TryParse(text, TimeZoneInfo.Utc, DateTimeOffset.UtcNow, out SearchQuery? query, out _), Is.True);
            Assert.That((await Store.SearchAsync(MailScope.Everything, query!, 0, null, 10, default)).Messages.Select(one => one.Id), Is.EqualTo(new[] { _ids[place] }), text);
        }
        Assert.That(await Store.MarkAsync(Box("alice@local.test"), null, new Marks(Read: true), default), Is.EqualTo(2));
        Assert.That(await CountsAsync(MailScope.Everything), Is.EqualTo((3L, 1L)));
        await Store.SetTagsAsync(Box("bob@other.test"), [_ids[0]], ["old"], default);
        Assert.That((await FindAsync(Box("bob@other.test"), _ids[0])).Tags, Is.EqualTo(new[] { "old" }));
        Assert.That(await Store.DeleteAsync(Box("bob@other.test"), null, default), Is.EqualTo(2));
        Assert.That(await IdsAsync(MailScope.Everything), Is.EqualTo(new[] { _ids[2], _ids[0] }));
        await Store.DeleteAsync(MailScope.Everything, [_ids[0], _ids[2]], default);
        Assert.That(await CountsAsync(MailScope.Everything), Is.EqualTo((0L, 0L)));
    }
}
