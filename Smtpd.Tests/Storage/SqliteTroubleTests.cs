using Smtpd.Mail;
using Microsoft.Data.Sqlite;
using NUnit.Framework;
using Smtpd.Storage;
using Smtpd.Storage.Sqlite;
using Smtpd.Tests.Operations;
using Smtpd.Tests.Web;

namespace Smtpd.Tests.Storage;

/// <summary>What other programs do to the file, and what is left of it.</summary>
internal sealed class SqliteTroubleTests
{
    private readonly MessageIdSource _ids = new(default, TimeProvider.System);
    private TemporaryFolder _folder = null!;
    private SqliteStore _store = null!;
    private BodyStaging _staging = null!;

    private string FilePath => Path.Combine(_folder.Root, "mail.db");

    [SetUp]
    public void Open()
    {
        _folder = new TemporaryFolder();
        _store = new SqliteStore(FilePath, 0, new ListLog());
        _staging = new BodyStaging(_folder.Root, _store.Space);
    }

    [TearDown]
    public async Task Close()
    {
        await _store.DisposeAsync();
        _staging.Dispose();
        _folder.Dispose();
    }

    private ReceivedMail Mail(params string[] recipients)
    {
        ReceivedMail mail = Mails.New(_staging, "Subject: one\r\n\r\nText\r\n", recipients);
        mail.GiveId(_ids.Next());
        return mail;
    }

    private SqliteConnection OtherProgram()
    {
        var connection = new SqliteConnection($"Data Source={FilePath};Pooling=False");
        connection.Open();
        return connection;
    }

    private static object? Run(SqliteConnection connection, string statements)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = statements;
        return command.ExecuteScalar();
    }

    [Test]
    public void Mail_is_taken_again_as_soon_as_another_program_has_written_even_while_one_reads()
    {
        using SqliteConnection reader = OtherProgram();
        _store.Commit([Mail()]);
        Run(reader, "BEGIN; SELECT count(*) FROM message");
        _store.Commit([Mail()]);
        using (SqliteConnection writer = OtherProgram())
        {
            Run(writer, "BEGIN IMMEDIATE");
            Assert.That(() => _store.Commit([Mail()]), Throws.TypeOf<StoreException>().With.Message.Contains("another program"));
            Run(writer, "ROLLBACK");
        }
        Assert.That(_store.Trouble, Is.Null);
        Assert.That(() => _store.Commit([Mail()]), Throws.Nothing);
        Run(reader, "ROLLBACK");
        Assert.That(Run(reader, "SELECT count(*) FROM message"), Is.EqualTo(3));
    }

    [Test]
    public async Task Reader_of_the_newest_state_keeps_nobody_from_opening_what_a_crash_left()
    {
        _store.Commit([Mail()]);
        string copy = Path.Combine(_folder.Root, "copy.db");
        File.Copy(FilePath, copy);
        File.Copy(FilePath + "-wal", copy + "-wal");
        using var reader = new SqliteConnection($"Data Source={copy};Pooling=False");
        reader.Open();
        Run(reader, "BEGIN; SELECT count(*) FROM message");
        await using var opened = new SqliteStore(copy, 0, new ListLog());
        Assert.That((await opened.ListAsync(MailScope.Everything, 0, null, 10, default)).Total, Is.EqualTo(1));
    }

    [Test]
    public void Pieces_of_a_large_message_that_failed_are_removed()
    {
        ReceivedMail large = Mails.New(_staging, new byte[3 * 1024 * 1024]);
        Assert.That(_store.WriteAhead(large), Is.False);
        using SqliteConnection other = OtherProgram();
        Run(other, "BEGIN IMMEDIATE");
        Assert.That(() => _store.WriteAhead(large), Throws.TypeOf<StoreException>());
        Run(other, "ROLLBACK");
        Assert.That(Run(other, "SELECT count(*) FROM source"), Is.Not.Zero);
        Assert.That(() =>
        {
            _store.Tend(idle: true);
            return Run(other, "SELECT count(*) FROM source");
        }, Is.Zero.After(10).Seconds.PollEvery(100).MilliSeconds);
        Assert.That(Run(other, "SELECT count(*) FROM unfinished"), Is.Zero);
        large.Dispose();
    }

    [Test]
    public void Large_message_whose_pieces_were_removed_is_written_again()
    {
        ReceivedMail large = Mails.New(_staging, new byte[3 * 1024 * 1024]);
        Assert.That(_store.WriteAhead(large), Is.False);
        using SqliteConnection other = OtherProgram();
        Run(other, "BEGIN IMMEDIATE");
        Assert.That(() => _store.Commit([Mail()]), Throws.TypeOf<StoreException>());
        Run(other, "ROLLBACK");
        Assert.That(() =>
        {
            _store.Tend(idle: true);
            return Run(other, "SELECT count(*) FROM unfinished");
        }, Is.Zero.After(10).Seconds.PollEvery(100).MilliSeconds);
        large.GiveId(_ids.Next());
        _store.Commit([large]);
        Assert.That(Run(other, "SELECT sum(length(data)) FROM source"), Is.EqualTo(3 * 1024 * 1024));
        large.Dispose();
    }

    [Test]
    public void Mail_is_refused_when_the_file_was_taken_away()
    {
        _store.Commit([Mail()]);
        File.Delete(FilePath);
        Assert.That(() =>
        {
            try
            {
                _store.Tend(idle: true);
            }
            catch (StoreException)
            {
                // The store's trouble is what is waited for.
            }
            return _store.Trouble;
        }, Does.Contain("taken away").After(10).Seconds.PollEvery(100).MilliSeconds);
        Assert.That(() => _store.Commit([Mail()]), Throws.TypeOf<StoreException>());
    }
}
