using System.Buffers;
using System.Buffers.Binary;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Smtpd.Mail;
using Smtpd.Mime;
using SQLitePCL;

namespace Smtpd.Storage.Sqlite;

/// <summary>
/// The one connection that writes and checkpoints, with its prepared statements. Every call is made under the store's
/// lock. Throws <see cref="SqliteFailure"/> or <see cref="SqliteException"/>; the store decides what they mean.
/// </summary>
internal sealed class SqliteWriter : IDisposable
{
    /// <summary>Octets of one piece of a source. What is longer is written ahead of its batch.</summary>
    public const int PieceOctets = Intake.MostAtOnceOctets;

    /// <summary>Pieces written in one go between two batches: small mail waits no longer than for these.</summary>
    private const int PiecesAhead = 4;

    /// <summary>Mailboxes and domains whose numbers are remembered.</summary>
    private const int MostRemembered = 100_000;

    private readonly SqliteConnection _connection;
    private readonly sqlite3 _database;
    private readonly SqliteStatement _begin;
    private readonly SqliteStatement _commit;
    private readonly SqliteStatement _insertMessage;
    private readonly SqliteStatement _insertSource;
    private readonly SqliteStatement _insertUnfinished;
    private readonly SqliteStatement _deleteUnfinished;
    private readonly SqliteStatement _insertDelivery;
    private readonly SqliteStatement _addToTally;
    private readonly SqliteStatement _readSourceMaximum;
    private readonly CounterTable _mailboxes;
    private readonly CounterTable _domains;
    private readonly MessageBuckets _buckets;
    private readonly GatheredWrites _logWrites;
    private readonly GatheredWrites _fileWrites;
    private readonly ArrayBufferWriter<byte> _json = new(1024);
    private readonly Utf8JsonWriter _jsonWriter;
    private readonly ArrayBufferWriter<byte> _parts = new(256);
    private readonly byte[] _piece = new byte[PieceOctets];
    private readonly List<long> _numbers = [];
    private readonly HashSet<long> _mailboxNumbers = [];
    private readonly HashSet<long> _domainNumbers = [];
    private readonly HashSet<long> _ahead = [];
    private long _lastSource;
    private long _inNewestRun;
    private bool _syncsFully;

    public SqliteWriter(SqliteConnection connection)
    {
        _connection = connection;
        _database = connection.Handle!;
        _begin = new SqliteStatement(_database, "BEGIN IMMEDIATE");
        _commit = new SqliteStatement(_database, "COMMIT");
        _insertMessage = new SqliteStatement(_database,
            """
            INSERT INTO message (number, process, created, size, source, unread, starred, subject, message_id, date, date_offset, correspondents, envelope, mailboxes, snippet, attachments, parts)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)
            """);
        _insertSource = new SqliteStatement(_database, "INSERT INTO source (key, data) VALUES (?1, ?2)");
        _insertUnfinished = new SqliteStatement(_database, "INSERT INTO unfinished (source) VALUES (?1)");
        _deleteUnfinished = new SqliteStatement(_database, "DELETE FROM unfinished WHERE source = ?1");
        _insertDelivery = new SqliteStatement(_database, "INSERT INTO delivery (mailbox, message) VALUES (?1, ?2)");
        _addToTally = new SqliteStatement(_database, "UPDATE tally SET total = total + ?1, unread = unread + ?2");
        _readSourceMaximum = new SqliteStatement(_database, "SELECT max(key) FROM source");
        _buckets = new MessageBuckets(_database);
        _inNewestRun = _buckets.InNewest(MessageBuckets.AllMail);
        _mailboxes = new CounterTable(_database, "mailbox", "SELECT number FROM mailbox WHERE address = ?1",
            "INSERT INTO mailbox (address, domain) VALUES (?1, ?2) RETURNING number", MostRemembered, buckets: _buckets);
        _domains = new CounterTable(_database, "domain", "SELECT number FROM domain WHERE name = ?1",
            "INSERT INTO domain (name) VALUES (?1) RETURNING number", MostRemembered, keepsNewest: true);
        _jsonWriter = new Utf8JsonWriter(_json);
        _lastSource = (_readSourceMaximum.RunForNumber() ?? 0) >> 16;
        _logWrites = new GatheredWrites(_database, GatheredFile.Log);
        _fileWrites = new GatheredWrites(_database, GatheredFile.Main);
    }

    /// <summary>Pages written to the log since the connection was opened.</summary>
    public long PagesWritten
    {
        get
        {
            _ = raw.sqlite3_db_status(_database, raw.SQLITE_DBSTATUS_CACHE_WRITE, out int pages, out _, 0);
            return pages;
        }
    }

    /// <summary>The row number of a message; ids of one store differ in it.</summary>
    public static long NumberOf(MessageId id)
    {
        Span<byte> octets = stackalloc byte[MessageId.Octets];
        id.Write(octets);
        return ((long)id.Seconds << 24) | (BinaryPrimitives.ReadUInt32BigEndian(octets[8..]) & 0xFF_FFFF);
    }

    public static MessageId IdOf(long number, ReadOnlySpan<byte> process)
    {
        Span<byte> octets = stackalloc byte[MessageId.Octets];
        BinaryPrimitives.WriteUInt32BigEndian(octets[8..], (uint)(number & 0xFF_FFFF));
        BinaryPrimitives.WriteUInt32BigEndian(octets, (uint)(number >> 24));
        process.CopyTo(octets.Slice(4, 5));
        return new MessageId(octets);
    }

    public static ReadOnlySpan<byte> ProcessOctets(MessageId id, Span<byte> scratch)
    {
        id.Write(scratch);
        return scratch.Slice(4, 5);
    }

    /// <summary>Writes all messages in one transaction; on return they are synced.</summary>
    public void Commit(IReadOnlyList<ReceivedMail> batch)
    {
        SyncFully();
        foreach (ReceivedMail mail in batch)
        {
            // Pieces that an earlier connection wrote went with it (see SqliteFile.Writer).
            while (mail.Body.Length > PieceOctets && !WriteAhead(mail)) { }
        }
        _begin.Run();
        int unread = 0;
        foreach (ReceivedMail mail in batch)
        {
            Insert(mail);
            if (_numbers.Count > 0) unread++;
        }
        long newest = NumberOf(batch[^1].Id);
        _mailboxes.Flush(newest);
        _domains.Flush(newest);
        _addToTally.Bind(1, batch.Count).Bind(2, unread).Run();
        long inNewestRun = _buckets.Add(MessageBuckets.AllMail, _inNewestRun + batch.Count, newest);
        _commit.Run();
        _inNewestRun = inNewestRun;
        foreach (ReceivedMail mail in batch) _ahead.Remove(mail.SourceNumber);
    }

    private void Insert(ReceivedMail mail)
    {
        long number = NumberOf(mail.Id);
        long source = mail.SourceNumber;
        if (source == 0) source = ++_lastSource;
        else _deleteUnfinished.Bind(1, source).Run();
        _insertSource.Bind(1, source << 16).RunWith(2, ReadPiece(mail, 0));

        Span<byte> id = stackalloc byte[MessageId.Octets];
        HeaderSummary header = mail.Content.Header;
        _insertMessage.Bind(1, number).Bind(2, ProcessOctets(mail.Id, id)).Bind(3, mail.Created.ToUnixTimeMilliseconds())
            .Bind(4, mail.Body.Length).Bind(5, source).Bind(7, header.Subject).Bind(8, header.MessageId)
            .Bind(9, header.Date?.ToUnixTimeMilliseconds()).Bind(10, (long?)header.Date?.TotalOffsetMinutes)
            .BindText(11, Json(StoredJsonWriter.WriteCorrespondents, header))
            .BindText(12, Json(StoredJsonWriter.WriteEnvelope, mail));
        _parts.ResetWrittenCount();
        PartTreeFormat.Write(mail.Content.Parts, _parts);
        _insertMessage.Bind(14, mail.Content.Snippet).Bind(15, mail.Content.Parts.Count(PartKind.Attachment)).Bind(16, _parts.WrittenSpan);
        Deliver(mail, number);
        _insertMessage.Bind(6, _numbers.Count).BindText(13, Json(StoredJsonWriter.WriteNumbers, _numbers)).Run();
    }

    /// <summary>Makes one entry for each mailbox and leaves the mailboxes' numbers in <see cref="_numbers"/>.</summary>
    private void Deliver(ReceivedMail mail, long number)
    {
        // Not at the end: a message whose insertion fails leaves them filled.
        _numbers.Clear();
        _mailboxNumbers.Clear();
        _domainNumbers.Clear();
        foreach (MailAddress recipient in mail.Envelope.Recipients)
        {
            CounterTable.Row domain = _domains.Find(recipient.DomainKey);
            CounterTable.Row mailbox = _mailboxes.Find(recipient.MailboxKey, domain.Number);
            if (_domainNumbers.Add(domain.Number)) _domains.Count(domain);
            if (!_mailboxNumbers.Add(mailbox.Number)) continue;
            _numbers.Add(mailbox.Number);
            _insertDelivery.Bind(1, mailbox.Number).Bind(2, number).Run();
            _mailboxes.Count(mailbox);
        }
    }

    private ReadOnlySpan<byte> Json<T>(Action<Utf8JsonWriter, T> write, T value)
    {
        _json.ResetWrittenCount();
        _jsonWriter.Reset();
        write(_jsonWriter, value);
        _jsonWriter.Flush();
        return _json.WrittenSpan;
    }

    private ReadOnlySpan<byte> ReadPiece(ReceivedMail mail, long offset)
    {
        if (mail.Body.IsInFile) return _piece.AsSpan(0, mail.Body.Read(offset, _piece));
        ReadOnlySpan<byte> rest = mail.Body.Memory[(int)offset..];
        return rest[..Math.Min(rest.Length, PieceOctets)];
    }

    /// <summary>Writes the next pieces after the first, which goes with the batch because it holds the id. True when all are written.</summary>
    public bool WriteAhead(ReceivedMail mail)
    {
        if (mail.WrittenAhead == 0 || (mail.SourceNumber != 0 && !_ahead.Contains(mail.SourceNumber)))
        {
            mail.SourceNumber = 0;
            mail.WrittenAhead = PieceOctets;
        }
        if (mail.WrittenAhead >= mail.Body.Length) return true;
        // The sync of the batch that names the message covers these pages too.
        _syncsFully = false;
        Execute("PRAGMA synchronous = NORMAL");
        try
        {
            _begin.Run();
            if (mail.SourceNumber == 0)
            {
                mail.SourceNumber = ++_lastSource;
                _ahead.Add(mail.SourceNumber);
                _insertUnfinished.Bind(1, mail.SourceNumber).Run();
            }
            for (int i = 0; i < PiecesAhead && mail.WrittenAhead < mail.Body.Length; i++)
            {
                ReadOnlySpan<byte> piece = ReadPiece(mail, mail.WrittenAhead);
                _insertSource.Bind(1, (mail.SourceNumber << 16) | (mail.WrittenAhead / PieceOctets)).RunWith(2, piece);
                mail.WrittenAhead += piece.Length;
            }
            _commit.Run();
        }
        catch
        {
            // Inside a transaction the level cannot be changed back.
            Rollback();
            throw;
        }
        finally
        {
            SyncFully();
        }
        return mail.WrittenAhead >= mail.Body.Length;
    }

    /// <summary>True when pieces were written ahead of a batch that has not been committed.</summary>
    public bool HasWrittenAhead => _ahead.Count > 0;

    /// <summary>Removes all pieces that were written ahead; a message that still waits is written again from its beginning.</summary>
    public void DropWrittenAhead()
    {
        SqliteChanges.ClearUnfinished(_connection);
        _ahead.Clear();
    }

    private void SyncFully()
    {
        if (_syncsFully) return;
        Execute("PRAGMA synchronous = FULL");
        _syncsFully = true;
    }

    /// <summary>Takes back what a failed transaction left open, and forgets what it had learned.</summary>
    public void Rollback()
    {
        if (raw.sqlite3_get_autocommit(_database) == 0) _ = raw.sqlite3_exec(_database, "ROLLBACK");
        _mailboxes.Forget();
        _domains.Forget();
    }

    /// <summary>Copies the log into the file, as far as readers let it.</summary>
    /// <returns>True when the whole log was copied.</returns>
    public bool Checkpoint(int mode)
    {
        int result = raw.sqlite3_wal_checkpoint_v2(_database, "main", mode, out int inLog, out int copied);
        // Nothing is left to be handed over but behind a checkpoint that failed.
        if (_fileWrites.Flush() is not raw.SQLITE_OK and var failure) result = failure;
        if (result == raw.SQLITE_BUSY) return false;
        if (result != raw.SQLITE_OK) throw SqliteFailure.From(_database, result);
        return copied >= inLog;
    }

    public void Execute(string statements)
    {
        int result = raw.sqlite3_exec(_database, statements);
        if (result != raw.SQLITE_OK) throw SqliteFailure.From(_database, result);
    }

    public void Dispose()
    {
        SqliteStatement[] statements = [_begin, _commit, _insertMessage, _insertSource, _insertUnfinished, _deleteUnfinished, _insertDelivery, _addToTally, _readSourceMaximum];
        foreach (SqliteStatement statement in statements) statement.Dispose();
        _mailboxes.Dispose();
        _domains.Dispose();
        _buckets.Dispose();
        _jsonWriter.Dispose();
        _logWrites.Dispose();
        _fileWrites.Dispose();
        _connection.Dispose();
    }
}
