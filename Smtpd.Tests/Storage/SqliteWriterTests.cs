using Microsoft.Data.Sqlite;
using NUnit.Framework;
using Smtpd.Storage;
using Smtpd.Storage.Sqlite;
using Smtpd.Tests.Operations;

namespace Smtpd.Tests.Storage;

/// <summary>What a commit of incoming mail writes.</summary>
internal sealed class SqliteWriterTests
{
    private const int Commits = 1000;

    private TemporaryFolder _folder = null!;
    private BodyStaging _staging = null!;
    private SqliteConnection _connection = null!;
    private SqliteWriter _writer = null!;
    private readonly MessageIdSource _ids = new(default, TimeProvider.System);

    [SetUp]
    public void Open()
    {
        _folder = new TemporaryFolder();
        _staging = new BodyStaging(_folder.Root, new StoreSpace());
        SqliteNative.Initialize();
        string path = Path.Combine(_folder.Root, "mail.db");
        _connection = new SqliteConnection($"Data Source={path};Pooling=False");
        _connection.Open();
        using (SqliteCommand command = _connection.CreateCommand())
        {
            command.CommandText = $"PRAGMA page_size = {SqliteSchema.PageOctets}; PRAGMA journal_mode = WAL; PRAGMA foreign_keys = OFF";
            command.ExecuteNonQuery();
        }
        SqliteSchema.Migrate(_connection, path);
        _writer = new SqliteWriter(_connection);
    }

    [TearDown]
    public void Close()
    {
        _writer.Dispose();
        _connection.Dispose();
        _staging.Dispose();
        _folder.Dispose();
    }

    /// <summary>Commits messages of 4 KiB one by one and gives the pages that each wrote.</summary>
    private double PagesOfCommit(Func<int, string> recipient)
    {
        long pages = _writer.PagesWritten;
        for (int i = 0; i < Commits; i++)
        {
            using ReceivedMail mail = Mails.New(_staging, new byte[4096], recipient(i));
            mail.GiveId(_ids.Next());
            _writer.Commit([mail]);
        }
        return (_writer.PagesWritten - pages) / (double)Commits;
    }

    [Test]
    public void A_message_for_a_known_mailbox_writes_its_own_pages_and_those_of_its_counts()
    {
        // Two for the source; message, the index of unread ones, delivery, mailbox, domain and tally; rarely another where one of them grows.
        Assert.That(PagesOfCommit(n => $"user{n % 10}@local.test"), Is.LessThan(9.5));
    }

    [Test]
    public void A_message_that_makes_a_mailbox_writes_two_indexes_more()
    {
        Assert.That(PagesOfCommit(n => $"user{n * 7919}@local.test"), Is.LessThan(11.8));
    }
}
