using System.Text;
using NUnit.Framework;
using Smtpd.Mail;
using Smtpd.Mime;
using Smtpd.Storage;
using Smtpd.Storage.Memory;
using Smtpd.Storage.Sqlite;
using Smtpd.Tests.Operations;
using Smtpd.Tests.Web;

namespace Smtpd.Tests.Storage;

/// <summary>What every store does alike.</summary>
internal abstract class MailStoreContract : StoreFixture
{
    [Test]
    public async Task What_was_committed_is_found_with_all_that_is_known_of_it()
    {
        MessageId id = Keep(Mail("one", "alice@local.test", "bob@local.test"));
        MessageSummary? found = await Store.FindAsync(MailScope.Everything, id, default);
        Assert.That(found, Is.Not.Null);
        Assert.Multiple(() =>
        {
            Assert.That(found!.Id, Is.EqualTo(id));
            Assert.That(found.Header.Subject, Is.EqualTo("one"));
            Assert.That(found.Header.MessageId, Is.EqualTo("one@remote.test"));
            Assert.That(found.Header.From, Is.EqualTo(new[] { new Correspondent("A Sender", "a@remote.test") }));
            Assert.That(found.Header.Date, Is.EqualTo(new DateTimeOffset(2026, 11, 21, 12, 0, 0, TimeSpan.FromHours(1))));
            Assert.That(found.Header.Date!.Value.Offset, Is.EqualTo(TimeSpan.FromHours(1)));
            Assert.That(found.Envelope.From, Is.EqualTo("sender@remote.test"));
            Assert.That(found.Envelope.To, Is.EqualTo(new[] { "alice@local.test", "bob@local.test" }));
            Assert.That(found.Envelope.Helo, Is.EqualTo("client.test"));
            Assert.That(found.Envelope.ClientAddress, Is.EqualTo("127.0.0.1"));
            Assert.That(found.Created, Is.EqualTo(new DateTimeOffset(2026, 11, 21, 12, 0, 0, TimeSpan.Zero)));
            Assert.That(found.Read, Is.False);
            Assert.That(found.BlindRecipients().Select(one => one.Address), Is.EqualTo(new[] { "bob@local.test" }));
        });
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(8 * 1024)]
    [TestCase((256 * 1024) - 1)]
    [TestCase(256 * 1024)]
    [TestCase((256 * 1024) + 1)]
    [TestCase(512 * 1024)]
    [TestCase((5 * 1024 * 1024) + 7)]
    public async Task A_source_comes_back_octet_for_octet(int octets)
    {
        byte[] source = new byte[octets];
        new Random(octets).NextBytes(source);
        MessageId id = Keep(Mails.New(Staging, source));
        Stream? stream = await Store.OpenSourceAsync(id, default);
        Assert.That(await Mails.ReadAllAsync(stream!), Is.EqualTo(source));
        Assert.That((await Store.FindAsync(MailScope.Everything, id, default))!.Size, Is.EqualTo(octets));
    }

    [TestCase(3 * 1024 * 1024)]
    [TestCase(1000)]
    public async Task A_source_is_read_from_any_place(int octets)
    {
        byte[] source = new byte[octets];
        new Random(octets).NextBytes(source);
        MessageId id = Keep(Mails.New(Staging, source));
        await using Stream stream = (await Store.OpenSourceAsync(id, default))!;
        foreach (int place in (int[])[0, octets - 1, 999, octets, 256 * 1024, (256 * 1024) - 1, octets / 2, 0])
        {
            if (place > octets) continue;
            byte[] buffer = new byte[Math.Min(500, octets - place)];
            stream.Position = place;
            await stream.ReadExactlyAsync(buffer);
            Assert.That(buffer, Is.EqualTo(source.AsSpan(place, buffer.Length).ToArray()), $"at {place}");
            Assert.That(stream.Position, Is.EqualTo(place + buffer.Length));
        }
    }

    [Test]
    public async Task The_part_tree_the_snippet_and_the_attachment_count_are_kept()
    {
        MessageId id = Keep(Mails.New(Staging, "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nhello\r\n--b\r\nContent-Type: a/b; name=file\r\n\r\nx\r\n--b--\r\n"));
        PartTree parts = (await Store.FindPartsAsync(id, default))!;
        Assert.That(parts.Parts.Select(part => (part.Section, part.Kind, part.FileName)), Is.EqualTo(new[]
        {
            ("", PartKind.Multipart, ""), ("1", PartKind.Body, ""), ("2", PartKind.Attachment, "file"),
        }));
        MessageSummary row = (await Store.ListAsync(MailScope.Everything, 0, null, 1, default)).Messages.Single();
        Assert.That((row.Snippet, row.Attachments), Is.EqualTo(("hello", 1)));
        Assert.That(await Store.FindPartsAsync(new MessageId(1, 2, 3), default), Is.Null);
    }

    [Test]
    public async Task The_list_is_newest_first_and_pages_by_start_and_by_id()
    {
        MessageId[] ids = [.. Enumerable.Range(0, 10).Select(i => Keep(Mail($"m{i}")))];
        MessagePage first = await Store.ListAsync(MailScope.Everything, 0, null, 4, default);
        Assert.That(first.Messages.Select(one => one.Header.Subject), Is.EqualTo(new[] { "m9", "m8", "m7", "m6" }));
        Assert.That((first.Total, first.Unread), Is.EqualTo((10L, 10L)));
        MessagePage second = await Store.ListAsync(MailScope.Everything, 4, null, 4, default);
        MessagePage byId = await Store.ListAsync(MailScope.Everything, 0, first.Messages[^1].Id, 4, default);
        Assert.That(byId.Messages.Select(one => one.Id), Is.EqualTo(second.Messages.Select(one => one.Id)));
        Assert.That((await Store.ListAsync(MailScope.Everything, 9, null, 4, default)).Messages.Select(one => one.Id), Is.EqualTo(new[] { ids[0] }));
        Assert.That((await Store.ListAsync(MailScope.Everything, 10, null, 4, default)).Messages, Is.Empty);
        Assert.That(await Store.LatestAsync(MailScope.Everything, default), Is.EqualTo(ids[9]));
    }

    [Test]
    public async Task Marking_read_changes_the_message_and_the_count_once()
    {
        MessageId id = Keep(Mail("read me", "alice@local.test", "bob@other.test"));
        Keep(Mail("leave me"));
        Assert.That(await Store.MarkAsync(MailScope.Everything, [id], new Marks(Read: true), default), Is.EqualTo(1));
        Assert.That(await Store.MarkAsync(MailScope.Everything, [id], new Marks(Read: true), default), Is.EqualTo(1));
        Assert.That((await Store.FindAsync(MailScope.Everything, id, default))!.Read, Is.True);
        Assert.That((await Store.ListAsync(MailScope.Everything, 0, null, 10, default)).Unread, Is.EqualTo(1));
        await Store.MarkAsync(MailScope.Everything, [id], new Marks(Read: false), default);
        Assert.That((await Store.FindAsync(MailScope.Everything, id, default))!.Read, Is.False);
        Assert.That((await Store.ListAsync(MailScope.Everything, 0, null, 10, default)).Unread, Is.EqualTo(2));
    }

    [Test]
    public async Task Marks_of_many_messages_change_their_counts_once()
    {
        MessageId[] ids = [.. Enumerable.Range(0, 5).Select(i => Keep(Mail($"m{i}", "alice@local.test", "bob@other.test")))];
        Assert.That(await Store.MarkAsync(MailScope.Everything, [ids[0], ids[1], ids[1], new MessageId(1, 2, 3)], new Marks(Read: true, Starred: true), default), Is.EqualTo(2));
        Assert.That((await Store.ListAsync(MailScope.Everything, 0, null, 10, default)).Unread, Is.EqualTo(3));
        MessageSummary starred = (await Store.FindAsync(MailScope.Everything, ids[1], default))!;
        Assert.That((starred.Read, starred.Starred), Is.EqualTo((true, true)));
        Assert.That(await Store.MarkAsync(MailScope.Everything, null, new Marks(Read: true), default), Is.EqualTo(5));
        Assert.That((await Store.ListAsync(MailScope.Everything, 0, null, 10, default)).Unread, Is.Zero);
        Assert.That((await Store.FindAsync(MailScope.Everything, ids[1], default))!.Starred, Is.True, "a mark that was not named stays");
        Assert.That(await Store.MarkAsync(MailScope.Everything, null, new Marks(Read: false, Starred: false), default), Is.EqualTo(5));
        Assert.That((await Store.ListAsync(MailScope.Everything, 0, null, 10, default)).Unread, Is.EqualTo(5));
        Assert.That((await Store.FindAsync(MailScope.Everything, ids[1], default))!.Starred, Is.False);
    }

    [Test]
    public async Task Deleted_messages_are_gone_with_their_sources_and_counts()
    {
        MessageId[] ids = [.. Enumerable.Range(0, 5).Select(i => Keep(Mail($"m{i}", "alice@local.test", "bob@other.test")))];
        await Store.MarkAsync(MailScope.Everything, [ids[0]], new Marks(Read: true), default);
        Assert.That(await Store.DeleteAsync(MailScope.Everything, [ids[0], ids[3], ids[3], new MessageId(1, 2, 3)], default), Is.EqualTo(2));
        MessagePage page = await Store.ListAsync(MailScope.Everything, 0, null, 10, default);
        Assert.That((page.Total, page.Unread), Is.EqualTo((3L, 3L)));
        Assert.That(page.Messages.Select(one => one.Id), Is.EqualTo(new[] { ids[4], ids[2], ids[1] }));
        Assert.That(await Store.FindAsync(MailScope.Everything, ids[3], default), Is.Null);
        Assert.That(await Store.OpenSourceAsync(ids[3], default), Is.Null);
        Assert.That(await Store.DeleteAsync(MailScope.Everything, [], default), Is.Zero, "an empty list is not all");
        Assert.That(await Store.DeleteAsync(MailScope.Everything, [ids[3]], default), Is.Zero);
    }

    [Test]
    public async Task All_messages_can_be_deleted_and_mail_comes_in_afterwards()
    {
        for (int i = 0; i < 3; i++) Keep([.. Enumerable.Range(0, 200).Select(n => Mail($"m{n}", "alice@local.test", "bob@other.test"))]);
        Keep(Mails.New(Staging, new byte[(5 * 1024 * 1024) + 7]));
        Assert.That(await Store.DeleteAsync(MailScope.Everything, null, default), Is.EqualTo(601));
        MessagePage page = await Store.ListAsync(MailScope.Everything, 0, null, 10, default);
        Assert.That((page.Total, page.Unread, page.Messages.Count), Is.EqualTo((0L, 0L, 0)));
        Keep(Mail("later"));
        page = await Store.ListAsync(MailScope.Everything, 0, null, 10, default);
        Assert.That((page.Total, page.Unread, page.Messages.Count), Is.EqualTo((1L, 1L, 1)));
    }

    [Test]
    public async Task An_unknown_id_is_not_found()
    {
        var unknown = new MessageId(1, 2, 3);
        MessageId known = Keep(Mail("known"));
        Assert.That(await Store.FindAsync(MailScope.Everything, unknown, default), Is.Null);
        Assert.That(await Store.OpenSourceAsync(unknown, default), Is.Null);
        Assert.That(await Store.MarkAsync(MailScope.Everything, [unknown], new Marks(Read: true), default), Is.Zero);
        // The same second and counter of another process is another message.
        Assert.That(await Store.FindAsync(MailScope.Everything, new MessageId(known.Seconds, 42, 0), default), Is.Null);
    }

    [Test]
    public async Task An_empty_store_has_an_empty_list()
    {
        MessagePage page = await Store.ListAsync(MailScope.Everything, 0, null, 50, default);
        Assert.That((page.Total, page.Unread, page.Messages.Count), Is.EqualTo((0L, 0L, 0)));
        Assert.That(await Store.LatestAsync(MailScope.Everything, default), Is.Null);
    }

    [Test]
    public async Task Text_of_every_kind_comes_back_as_it_went_in()
    {
        const string Subject = "Zażółć 'quotes\" \\ ; DROP TABLE message; -- 日本語 \U0001F600";
        MessageId id = Keep(Mail(Subject));
        Assert.That((await Store.FindAsync(MailScope.Everything, id, default))!.Header.Subject, Is.EqualTo(Subject));
    }
}

[TestFixture]
internal sealed class MemoryStoreTests : MailStoreContract
{
    private const int MaxOctets = 16 * 1024 * 1024;

    protected override IMailStore Create(TemporaryFolder folder) => new MemoryStore(MaxOctets);

    [Test]
    public void There_is_room_only_for_what_was_configured()
    {
        Assert.That(Store.Space.HasRoomFor(MaxOctets), Is.True);
        Keep(Mails.New(Staging, new byte[MaxOctets / 2]));
        Assert.That(Store.Space.HasRoomFor(MaxOctets / 2), Is.True);
        Assert.That(Store.Space.HasRoomFor((MaxOctets / 2) + 1), Is.False);
    }
}

[TestFixture]
internal sealed class SqliteStoreTests : MailStoreContract
{
    protected override IMailStore Create(TemporaryFolder folder) => new SqliteStore(Path.Combine(folder.Root, "mail.db"), 0, new ListLog());

    private async Task<IMailStore> ReopenAsync()
    {
        await Store.DisposeAsync();
        return new SqliteStore(Path.Combine(Folder.Root, "mail.db"), 0, new ListLog());
    }

    private long Number(string query)
    {
        using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Path.Combine(Folder.Root, "mail.db")};Pooling=False");
        connection.Open();
        using Microsoft.Data.Sqlite.SqliteCommand command = connection.CreateCommand();
        command.CommandText = query;
        return Convert.ToInt64(command.ExecuteScalar(), System.Globalization.CultureInfo.InvariantCulture);
    }

    [Test]
    public async Task What_was_committed_is_there_after_a_restart()
    {
        byte[] large = new byte[1_000_000];
        new Random(1).NextBytes(large);
        MessageId small = Keep(Mail("small")), big = Keep(Mails.New(Staging, large));
        await using IMailStore again = await ReopenAsync();
        Assert.That((await again.FindAsync(MailScope.Everything, small, default))!.Header.Subject, Is.EqualTo("small"));
        Assert.That(await Mails.ReadAllAsync((await again.OpenSourceAsync(big, default))!), Is.EqualTo(large));
        Assert.That(again.NewestId, Is.EqualTo(big));
        Assert.That(new MessageIdSource(again.NewestId, TimeProvider.System).Next(), Is.GreaterThan(big));
    }

    [Test]
    public async Task Mailboxes_and_domains_are_counted_in_the_same_transaction()
    {
        MessageId id = Keep(Mail("a", "alice@local.test", "ALICE@local.test.", "bob@local.test", "carol@other.test"));
        Keep(Mail("b", "alice@local.test"));
        Assert.That(Number("SELECT total FROM mailbox WHERE address = 'alice@local.test'"), Is.EqualTo(2));
        Assert.That(Number("SELECT total FROM mailbox WHERE address = 'bob@local.test'"), Is.EqualTo(1));
        Assert.That(Number("SELECT total FROM domain WHERE name = 'local.test'"), Is.EqualTo(2));
        Assert.That(Number("SELECT total FROM domain WHERE name = 'other.test'"), Is.EqualTo(1));
        Assert.That(Number("SELECT count(*) FROM delivery"), Is.EqualTo(4));
        await Store.MarkAsync(MailScope.Everything, [id], new Marks(Read: true), default);
        Assert.That(Number("SELECT unread FROM mailbox WHERE address = 'alice@local.test'"), Is.EqualTo(1));
        Assert.That(Number("SELECT unread FROM domain WHERE name = 'other.test'"), Is.EqualTo(0));
        await Store.MarkAsync(MailScope.Everything, [id], new Marks(Read: false), default);
        Assert.That(Number("SELECT sum(unread) FROM mailbox"), Is.EqualTo(4));
        Assert.That(Number("SELECT unread FROM domain WHERE name = 'local.test'"), Is.EqualTo(2));
    }

    [Test]
    public async Task Counts_of_mailboxes_and_domains_follow_marks_and_deletions()
    {
        MessageId[] ids = [.. Enumerable.Range(0, 4).Select(i => Keep(Mail($"m{i}", "alice@local.test", "bob@local.test", "carol@other.test")))];
        await Store.MarkAsync(MailScope.Everything, [ids[0], ids[1]], new Marks(Read: true), default);
        await Store.DeleteAsync(MailScope.Everything, [ids[1], ids[2]], default);
        foreach (string table in (string[])["mailbox", "domain"])
        {
            Assert.That(Number($"SELECT min(total) FROM {table}"), Is.EqualTo(2), table);
            Assert.That(Number($"SELECT max(total) FROM {table}"), Is.EqualTo(2), table);
            Assert.That(Number($"SELECT min(unread) FROM {table}"), Is.EqualTo(1), table);
            Assert.That(Number($"SELECT max(unread) FROM {table}"), Is.EqualTo(1), table);
        }
        await Store.MarkAsync(MailScope.Everything, null, new Marks(Read: false), default);
        Assert.That(Number("SELECT min(unread) FROM mailbox"), Is.EqualTo(2));
        Assert.That(Number("SELECT max(unread) FROM domain"), Is.EqualTo(2));
        await Store.DeleteAsync(MailScope.Everything, null, default);
        Assert.That(Number("SELECT sum(total) + sum(unread) FROM mailbox"), Is.Zero);
        Assert.That(Number("SELECT sum(total) + sum(unread) FROM domain"), Is.Zero);
        Assert.That(Number("SELECT (SELECT count(*) FROM source) + (SELECT count(*) FROM delivery) + (SELECT count(*) FROM message)"), Is.Zero);
    }

    [Test]
    public async Task Mail_comes_in_while_everything_is_deleted()
    {
        for (int i = 0; i < 8; i++) Keep([.. Enumerable.Range(0, 500).Select(n => Mail($"m{n}"))]);
        Task<long> deletion = Store.DeleteAsync(MailScope.Everything, null, default).AsTask();
        int came = 0;
        do
        {
            Keep(Mail("meanwhile"));
            came++;
        }
        while (!deletion.IsCompleted);
        Assert.That(await deletion, Is.InRange(4000, 4000 + came));
        Assert.That((await Store.ListAsync(MailScope.Everything, 0, null, 1, default)).Total, Is.EqualTo(4000 + came - await deletion));
    }

    [Test]
    public async Task A_source_that_no_batch_named_is_gone_after_a_restart()
    {
        ReceivedMail large = Mails.New(Staging, new byte[3 * 1024 * 1024]);
        Assert.That(Store.WriteAhead(large), Is.False, "the first call writes a part only");
        Assert.That(Number("SELECT count(*) FROM source"), Is.GreaterThan(0));
        large.Dispose();
        await (await ReopenAsync()).DisposeAsync();
        Assert.That(Number("SELECT count(*) FROM source"), Is.EqualTo(0));
        Assert.That(Number("SELECT count(*) FROM unfinished"), Is.EqualTo(0));
    }

    [Test]
    public async Task A_batch_that_fails_leaves_nothing_and_the_store_recovers()
    {
        ReceivedMail first = Mail("first"), twin = Mail("twin");
        var ids = new MessageIdSource(default, TimeProvider.System);
        first.GiveId(ids.Next());
        twin.GiveId(first.Id);
        Assert.That(() => Store.Commit([first, twin]), Throws.TypeOf<StoreException>().With.Message.Contains("mail.db"));
        Assert.That(Store.Trouble, Is.Not.Null);
        // The store tries again by itself, at most once a second, when it is tended.
        Assert.That(() =>
        {
            Store.Tend(idle: true);
            return Store.Trouble;
        }, Is.Null.After(5000, 50));
        Assert.That((await Store.ListAsync(MailScope.Everything, 0, null, 10, default)).Messages, Is.Empty);
        Assert.That(Keep(Mail("later")), Is.Not.EqualTo(first.Id));
        Assert.That((await Store.ListAsync(MailScope.Everything, 0, null, 10, default)).Total, Is.EqualTo(1));
    }

    [Test]
    public void A_second_store_on_the_file_is_refused_by_name()
    {
        // Record locks are between processes, so another process must hold it.
        using var python = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("python3", ["-c",
            "import fcntl,os,sys,time\nf=open(sys.argv[1],'r+' if os.path.exists(sys.argv[1]) else 'w+')\nfcntl.lockf(f,fcntl.LOCK_EX)\nf.write(str(os.getpid())+'\\n');f.flush();print('held',flush=True);sys.stdin.read()",
            Path.Combine(Folder.Root, "other.db.lock")])
        { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        Assert.That(python.StandardOutput.ReadLine(), Is.EqualTo("held"));
        Assert.That(() => new SqliteStore(Path.Combine(Folder.Root, "other.db"), 0, new ListLog()),
            Throws.TypeOf<StoreException>().With.Message.Contains($"process {python.Id}").And.Message.Contains("other.db"));
        python.StandardInput.Close();
        python.WaitForExit();
    }

    [Test]
    public void A_file_of_another_program_is_refused()
    {
        string path = Path.Combine(Folder.Root, "foreign.db");
        using (var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={path};Pooling=False"))
        {
            connection.Open();
            using Microsoft.Data.Sqlite.SqliteCommand command = connection.CreateCommand();
            command.CommandText = "CREATE TABLE theirs (x)";
            command.ExecuteNonQuery();
        }
        Assert.That(() => new SqliteStore(path, 0, new ListLog()), Throws.TypeOf<StoreException>().With.Message.Contains("another program"));
        File.WriteAllText(path + "2", new string('x', 10_000));
        Assert.That(() => new SqliteStore(path + "2", 0, new ListLog()), Throws.TypeOf<StoreException>().With.Message.Contains("foreign.db2"));
    }

    [Test]
    public async Task A_file_of_a_newer_version_is_refused()
    {
        await Store.DisposeAsync();
        Number("PRAGMA user_version = 99; SELECT 1");
        Assert.That(() => new SqliteStore(Path.Combine(Folder.Root, "mail.db"), 0, new ListLog()), Throws.TypeOf<StoreException>().With.Message.Contains("newer version"));
    }

    [Test]
    public void Files_are_for_their_owner_only()
    {
        const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        Keep(Mail("x"));
        foreach (string name in (string[])["mail.db", "mail.db-wal", "mail.db-shm", "mail.db.lock"])
            Assert.That(File.GetUnixFileMode(Path.Combine(Folder.Root, name)), Is.EqualTo(Owner), name);
        Assert.That(SqliteFolderMode(), Is.EqualTo(Owner | UnixFileMode.UserExecute));
    }

    private UnixFileMode SqliteFolderMode()
    {
        string folder = Path.Combine(Folder.Root, "made");
        new SqliteStore(Path.Combine(folder, "mail.db"), 0, new ListLog()).DisposeAsync().AsTask().GetAwaiter().GetResult();
        return File.GetUnixFileMode(folder);
    }

    [Test]
    public async Task Without_free_space_above_the_floor_there_is_room_for_nothing()
    {
        await using var store = new SqliteStore(Path.Combine(Folder.Root, "floor.db"), long.MaxValue / 2, new ListLog());
        Assert.That(store.Space.HasRoomFor(1), Is.False);
        using ReceivedMail mail = Mails.New(new BodyStaging(Folder.Root, store.Space), Encoding.ASCII.GetBytes("x"));
        Assert.That(mail.Body.TryReserve(), Is.False);
    }

    [Test]
    public async Task The_log_is_copied_into_the_file_and_starts_again()
    {
        for (int i = 0; i < 40; i++) Keep(Mails.New(Staging, new byte[1024 * 1024]));
        Store.Tend(idle: false);
        long after = new FileInfo(Path.Combine(Folder.Root, "mail.db-wal")).Length;
        for (int i = 0; i < 40; i++)
        {
            Keep(Mails.New(Staging, new byte[1024 * 1024]));
            Store.Tend(idle: false);
        }
        Assert.That(new FileInfo(Path.Combine(Folder.Root, "mail.db-wal")).Length, Is.EqualTo(after), "the log was used again, not made longer");
        Assert.That((await Store.ListAsync(MailScope.Everything, 0, null, 1, default)).Total, Is.EqualTo(80));
    }
}
