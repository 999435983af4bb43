using Microsoft.Data.Sqlite;

namespace Smtpd.Storage.Sqlite;

/// <summary>The tables, and the steps that bring an older file up to them. The file's <c>user_version</c> says where it stands.</summary>
internal static class SqliteSchema
{
    /// <summary>Marks the file as a mail store of this program in <c>application_id</c>: "Smtp".</summary>
    private const int ApplicationId = 0x536D7470;

    /// <summary>
    /// Octets of a page. A source of 4 KiB takes hardly more than that, in pages of its own and a rest; the pages that every small
    /// commit touches are written, and summed up for the log, whole.
    /// </summary>
    public const int PageOctets = 4096;

    /// <summary>One step for each version; the last one's number is the version that this program writes.</summary>
    private static readonly string[] _steps =
    [
        """
        -- A message's number is made of its id: seconds << 24 | counter; the process octets complete it.
        CREATE TABLE message (
            number INTEGER PRIMARY KEY,
            process BLOB NOT NULL,
            created INTEGER NOT NULL,          -- milliseconds since 1970, UTC
            size INTEGER NOT NULL,             -- octets of the source
            source INTEGER NOT NULL,           -- see the table source
            unread INTEGER NOT NULL,           -- deliveries that are not read
            starred INTEGER NOT NULL,          -- deliveries that are starred
            subject TEXT NOT NULL,
            message_id TEXT NOT NULL,          -- of the header, without angle brackets
            date INTEGER,                      -- of the header, milliseconds since 1970, UTC
            date_offset INTEGER,               -- its time zone, minutes east of UTC
            correspondents TEXT NOT NULL,      -- JSON: From, To, Cc, Bcc, ReplyTo
            envelope TEXT NOT NULL,            -- JSON: From, To, Helo, ClientAddress, Tls, User
            mailboxes TEXT NOT NULL,           -- JSON: the numbers of the mailboxes it went to
            snippet TEXT NOT NULL,             -- how the text begins, in one line
            attachments INTEGER NOT NULL,      -- how many there are
            parts BLOB NOT NULL                -- where the parts lie in the source, see PartTreeFormat
        );

        -- The raw source in pieces. key = source number << 16 | piece.
        CREATE TABLE source (key INTEGER PRIMARY KEY, data BLOB NOT NULL);

        -- Sources written ahead of the batch that will name them; what is left here after a crash belongs to no message.
        CREATE TABLE unfinished (source INTEGER PRIMARY KEY);

        CREATE TABLE domain (
            number INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            total INTEGER NOT NULL DEFAULT 0,
            unread INTEGER NOT NULL DEFAULT 0
        );

        CREATE TABLE mailbox (
            number INTEGER PRIMARY KEY,
            address TEXT NOT NULL UNIQUE,
            domain INTEGER NOT NULL REFERENCES domain (number),
            total INTEGER NOT NULL DEFAULT 0,
            unread INTEGER NOT NULL DEFAULT 0
        );

        -- One entry for each mailbox that a message went to; what a mailbox's owner does to the message is kept here.
        CREATE TABLE delivery (
            mailbox INTEGER NOT NULL REFERENCES mailbox (number),
            message INTEGER NOT NULL REFERENCES message (number),
            read INTEGER NOT NULL DEFAULT 0,
            starred INTEGER NOT NULL DEFAULT 0,
            deleted INTEGER NOT NULL DEFAULT 0,
            PRIMARY KEY (mailbox, message)
        ) WITHOUT ROWID;

        CREATE TABLE tally (id INTEGER PRIMARY KEY CHECK (id = 1), total INTEGER NOT NULL, unread INTEGER NOT NULL);
        INSERT INTO tally VALUES (1, 0, 0);
        """,
        """
        CREATE TABLE user (
            name TEXT PRIMARY KEY,             -- after SASLprep
            credential TEXT NOT NULL,          -- see Credential
            shared_secret TEXT,                -- the password, for users of CRAM-MD5 alone
            disabled INTEGER NOT NULL,
            superuser INTEGER NOT NULL,
            mailboxes TEXT NOT NULL,           -- JSON: addresses, as in the table mailbox
            domains TEXT NOT NULL,             -- JSON: names, as in the table domain
            created INTEGER NOT NULL           -- milliseconds since 1970, UTC
        ) WITHOUT ROWID;

        -- Random octets that are made with the store.
        CREATE TABLE secret (name TEXT PRIMARY KEY, value BLOB NOT NULL);
        INSERT INTO secret VALUES ('decoy', randomblob(32));
        """,
        """
        -- Who is blocked: kind is the number of a BlockKind, created is in milliseconds since 1970, UTC.
        CREATE TABLE block (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            kind INTEGER NOT NULL,
            text TEXT NOT NULL,
            note TEXT NOT NULL,
            created INTEGER NOT NULL,
            UNIQUE (kind, text)
        );
        """,
        """
        -- Runs of consecutive messages, see MessageBuckets; mailbox 0 is all mail. One reaches to the first of the next; the newest has
        -- no total yet.
        CREATE TABLE bucket (
            mailbox INTEGER NOT NULL,
            first INTEGER NOT NULL,            -- number of a message
            total INTEGER NOT NULL,
            PRIMARY KEY (mailbox, first)
        ) WITHOUT ROWID;
        INSERT INTO bucket SELECT 0, CASE place WHEN 0 THEN 0 ELSE number END, 4096
            FROM (SELECT number, row_number() OVER (ORDER BY number) - 1 place FROM message) WHERE place % 4096 = 0;
        INSERT INTO bucket SELECT mailbox, CASE place WHEN 0 THEN 0 ELSE message END, 4096
            FROM (SELECT mailbox, message, row_number() OVER (PARTITION BY mailbox ORDER BY message) - 1 place
            FROM delivery WHERE mailbox IN (SELECT number FROM mailbox WHERE total > 4096)) WHERE place % 4096 = 0;
        INSERT OR IGNORE INTO bucket VALUES (0, 0, 0);
        UPDATE bucket SET total = 0 WHERE first = (SELECT max(b.first) FROM bucket b WHERE b.mailbox = bucket.mailbox);

        -- Nothing ever set it.
        ALTER TABLE delivery DROP COLUMN deleted;

        -- Touched by mail only where it makes a mailbox.
        CREATE INDEX mailbox_of_domain ON mailbox (domain, address);

        -- No message of the domain has a greater number; the one that has this may be gone.
        ALTER TABLE domain ADD COLUMN newest INTEGER NOT NULL DEFAULT 0;
        UPDATE domain SET newest = coalesce((SELECT max((SELECT max(d.message) FROM delivery d WHERE d.mailbox = b.number)) FROM mailbox b WHERE b.domain = domain.number), 0);

        -- Tags of entries; the domain is that of the mailbox.
        CREATE TABLE tag (
            message INTEGER NOT NULL,
            mailbox INTEGER NOT NULL,
            name TEXT NOT NULL,
            domain INTEGER NOT NULL,
            PRIMARY KEY (message, mailbox, name)
        ) WITHOUT ROWID;
        CREATE INDEX tag_by_name ON tag (name, domain, mailbox, message);

        -- Mail that comes in has no star, so it never touches this.
        CREATE INDEX message_starred ON message (starred) WHERE starred > 0;
        """,
        """
        ALTER TABLE user ADD COLUMN generation INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE user ADD COLUMN full_name TEXT NOT NULL DEFAULT '';
        ALTER TABLE user ADD COLUMN email TEXT NOT NULL DEFAULT '';

        -- Sessions and tokens: kind is the number of a TicketKind, times are in milliseconds since 1970, UTC.
        CREATE TABLE ticket (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            digest BLOB NOT NULL UNIQUE,       -- SHA-256 of the secret
            user TEXT NOT NULL,
            kind INTEGER NOT NULL,
            generation INTEGER NOT NULL,
            note TEXT NOT NULL,
            created INTEGER NOT NULL,
            expires INTEGER,
            used INTEGER
        );
        CREATE INDEX ticket_of_user ON ticket (user, kind, id);
        CREATE TRIGGER user_gone AFTER DELETE ON user BEGIN DELETE FROM ticket WHERE user = old.name; END;
        """,
    ];

    /// <summary>Makes or upgrades the tables in one transaction.</summary>
    /// <exception cref="StoreException">The file is something else, or a newer version's.</exception>
    public static void Migrate(SqliteConnection connection, string path)
    {
        long version = Number(connection, "PRAGMA user_version");
        long application = Number(connection, "PRAGMA application_id");
        if (version == 0 && Number(connection, "SELECT count(*) FROM sqlite_schema") > 0 || version > 0 && application != ApplicationId)
            throw new StoreException($"{path}: this is a SQLite file of another program; choose another datastore.path");
        if (version > _steps.Length)
            throw new StoreException($"{path}: written by a newer version of Smtpd (schema {version}, this one knows {_steps.Length}); start that version, or choose another datastore.path");
        if (version == _steps.Length) return;
        using SqliteTransaction transaction = connection.BeginTransaction(deferred: false);
        for (long step = version; step < _steps.Length; step++) Execute(connection, transaction, _steps[step]);
        Execute(connection, transaction, $"PRAGMA application_id = {ApplicationId}; PRAGMA user_version = {_steps.Length}");
        transaction.Commit();
    }

    private static long Number(SqliteConnection connection, string query)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = query;
        return Convert.ToInt64(command.ExecuteScalar(), System.Globalization.CultureInfo.InvariantCulture);
    }

    private static void Execute(SqliteConnection connection, SqliteTransaction transaction, string statements)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = statements;
        command.ExecuteNonQuery();
    }
}
