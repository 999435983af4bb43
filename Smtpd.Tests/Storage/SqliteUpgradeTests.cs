using Microsoft.Data.Sqlite;
using NUnit.Framework;
using Smtpd.Mail;
using Smtpd.Storage;
using Smtpd.Tests.Operations;

namespace Smtpd.Tests.Storage;

/// <summary>A store of an older version goes on as if it had been written by this one.</summary>
[TestFixture]
internal sealed class SqliteUpgradeTests : StoreFixture
{
    private const int Messages = 10_000;
    private const string All = "all@local.test", Third = "third@other.test";

    /// <summary>The tables of version 3, as the program made them before domains had a newest message.</summary>
    private const string Version3 =
        """
        PRAGMA page_size = 4096;
        PRAGMA journal_mode = WAL;
        CREATE TABLE message (
            number INTEGER PRIMARY KEY, process BLOB NOT NULL, created INTEGER NOT NULL, size INTEGER NOT NULL, source INTEGER NOT NULL, unread INTEGER NOT NULL,
            starred INTEGER NOT NULL, subject TEXT NOT NULL, message_id TEXT NOT NULL, date INTEGER, date_offset INTEGER, correspondents TEXT NOT NULL,
            envelope TEXT NOT NULL, mailboxes TEXT NOT NULL, snippet TEXT NOT NULL, attachments INTEGER NOT NULL, parts BLOB NOT NULL);
        CREATE TABLE source (key INTEGER PRIMARY KEY, data BLOB NOT NULL);
        CREATE TABLE unfinished (source INTEGER PRIMARY KEY);
        CREATE TABLE domain (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, total INTEGER NOT NULL DEFAULT 0, unread INTEGER NOT NULL DEFAULT 0);
        CREATE TABLE mailbox (number INTEGER PRIMARY KEY, address TEXT NOT NULL UNIQUE, domain INTEGER NOT NULL REFERENCES domain (number),
            total INTEGER NOT NULL DEFAULT 0, unread INTEGER NOT NULL DEFAULT 0);
        CREATE TABLE delivery (mailbox INTEGER NOT NULL REFERENCES mailbox (number), message INTEGER NOT NULL REFERENCES message (number),
            read INTEGER NOT NULL DEFAULT 0, starred INTEGER NOT NULL DEFAULT 0, deleted INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (mailbox, message)) WITHOUT ROWID;
        CREATE TABLE tally (id INTEGER PRIMARY KEY CHECK (id = 1), total INTEGER NOT NULL, unread INTEGER NOT NULL);
        CREATE TABLE user (name TEXT PRIMARY KEY, credential TEXT NOT NULL, shared_secret TEXT, disabled INTEGER NOT NULL, superuser INTEGER NOT NULL,
            mailboxes TEXT NOT NULL, domains TEXT NOT NULL, created INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE secret (name TEXT PRIMARY KEY, value BLOB NOT NULL);
        CREATE TABLE block (id INTEGER PRIMARY KEY AUTOINCREMENT, kind INTEGER NOT NULL, text TEXT NOT NULL, note TEXT NOT NULL, created INTEGER NOT NULL, UNIQUE (kind, text));
        INSERT INTO tally VALUES (1, 0, 0);
        INSERT INTO secret VALUES ('decoy', randomblob(32));
        PRAGMA application_id = 0x536D7470;
        PRAGMA user_version = 3;
        """;

    /// <summary>The nth message has the number n × 10; every third one is in a second mailbox, and read there.</summary>
    private const string Mail3 =
        """
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $messages)
        INSERT INTO message SELECT i * 10, x'0102030405', i, 4, i, 1, 0, 'mail ' || i, '', NULL, NULL,
            '{"From":[],"To":[],"Cc":[],"Bcc":[],"ReplyTo":[]}', '{"From":"","To":["all@local.test"],"Helo":"x","ClientAddress":"::1"}',
            CASE WHEN i % 3 = 0 THEN '[1,2]' ELSE '[1]' END, '', 0, x'' FROM n;
        INSERT INTO source SELECT source << 16, x'0d0a0d0a' FROM message;
        INSERT INTO domain VALUES (1, 'local.test', $messages, $messages), (2, 'other.test', $messages / 3, 0);
        INSERT INTO mailbox VALUES (1, 'all@local.test', 1, $messages, $messages), (2, 'third@other.test', 2, $messages / 3, 0);
        INSERT INTO delivery SELECT 1, number, 0, 0, 0 FROM message;
        INSERT INTO delivery SELECT 2, number, 1, 0, 0 FROM message WHERE number % 30 = 0;
        UPDATE tally SET total = $messages, unread = $messages;
        """;

    protected override IMailStore Create(TemporaryFolder folder)
    {
        string path = Path.Combine(folder.Root, "mail.db");
        using (var connection = new SqliteConnection($"Data Source={path};Pooling=False"))
        {
            connection.Open();
            using SqliteCommand command = connection.CreateCommand();
            command.Parameters.AddWithValue("$messages", Messages);
            foreach (string statements in (string[])[Version3, "BEGIN;" + Mail3 + "COMMIT"])
            {
                command.CommandText = statements;
                command.ExecuteNonQuery();
            }
        }
        return Create(StoreKind.Sqlite, folder);
    }

    private async Task<string[]> SubjectsAsync(MailScope scope, long start, int limit = 2) =>
        [.. (await Store.ListAsync(scope, start, null, limit, default)).Messages.Select(one => one.Header.Subject)];

    [Test]
    public async Task Lists_counts_and_marks_are_as_they_were()
    {
        foreach (int start in (int[])[0, 1, 4000, 4096, 5000, 8191, 8192, 9998])
            Assert.That(await SubjectsAsync(MailScope.Everything, start), Is.EqualTo(new[] { $"mail {Messages - start}", $"mail {Messages - start - 1}" }));
        Assert.That(await SubjectsAsync(MailScope.Everything, Messages), Is.Empty);
        Assert.That(await SubjectsAsync(Box(Third), 1000), Is.EqualTo(new[] { "mail 6999", "mail 6996" }));
        Assert.That(await CountsAsync(MailScope.Everything), Is.EqualTo((10_000L, 10_000L)));
        Assert.That(await CountsAsync(Box(Third)), Is.EqualTo((3333L, 0L)));
        Assert.That(await CountsAsync(Box(Third, All)), Is.EqualTo((10_000L, 10_000L)));
        IReadOnlyList<MailboxSummary> domains = await Store.ListMailboxesAsync(MailScope.Everything, true, "", null, 10, default);
        Assert.That(domains.Select(one => (one.Name, one.Total, one.Newest)), Is.EqualTo(new[]
        {
            ("local.test", 10_000L, await Store.LatestAsync(MailScope.Everything, default)), ("other.test", 3333L, await Store.LatestAsync(Box(Third), default)),
        }));
    }

    [Test]
    public async Task It_is_changed_and_takes_mail()
    {
        MessageId newest = Keep(Mail("new", Third));
        Assert.That((await SubjectsAsync(MailScope.Everything, 5001))[0], Is.EqualTo("mail 5000"));
        Assert.That(await Store.DeleteAsync(Box(Third), null, default), Is.EqualTo(3334));
        Assert.That(await CountsAsync(MailScope.Everything), Is.EqualTo((10_000L, 10_000L)));
        Assert.That(await Store.FindAsync(MailScope.Everything, newest, default), Is.Null);
        IReadOnlyList<MessageId> old = await IdsAsync(MailScope.Everything, start: 9000);
        Assert.That(await Store.DeleteAsync(MailScope.Everything, old, default), Is.EqualTo(1000));
        Assert.That(await SubjectsAsync(MailScope.Everything, 8998), Is.EqualTo(new[] { "mail 1002", "mail 1001" }));
    }
}
