using Microsoft.Data.Sqlite;
using NUnit.Framework;
using SQLitePCL;
using Smtpd.Storage.Sqlite;
using Smtpd.Tests.Operations;

namespace Smtpd.Tests.Storage;

/// <summary>What is handed over in few calls is what SQLite wrote, when others rely on it.</summary>
internal sealed class GatheredWritesTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void SetUp()
    {
        SqliteNative.Initialize();
        _folder = new TemporaryFolder();
    }

    [TearDown]
    public void TearDown() => _folder.Dispose();

    private SqliteConnection Open()
    {
        var connection = new SqliteConnection($"Data Source={Path.Combine(_folder.Root, "some.db")};Pooling=False");
        connection.Open();
        return connection;
    }

    private static object? Run(SqliteConnection connection, string statements)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = statements;
        return command.ExecuteScalar();
    }

    /// <summary>Transactions larger than the cache, so that pages are written before the end, and again, and taken back.</summary>
    [TestCase("FULL")]
    [TestCase("NORMAL")]
    public void Another_connection_sees_every_transaction_whole(string synchronous)
    {
        using SqliteConnection writer = Open();
        Run(writer, $"PRAGMA journal_mode = WAL; PRAGMA synchronous = {synchronous}; PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = 10; CREATE TABLE t (n INTEGER PRIMARY KEY, v INTEGER, data BLOB)");
        using SqliteConnection reader = Open();
        using (var log = new GatheredWrites(writer.Handle!, GatheredFile.Log))
        using (var file = new GatheredWrites(writer.Handle!, GatheredFile.Main))
        {
            long sum = 0, count = 0;
            for (int round = 1; round <= 30; round++)
            {
                Run(writer, $"BEGIN; WITH RECURSIVE c (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < {round * 20}) INSERT INTO t (v, data) SELECT {round}, randomblob(3000) FROM c; UPDATE t SET v = v + 1");
                if (round % 7 == 0)
                {
                    Run(writer, "ROLLBACK");
                }
                else
                {
                    Run(writer, "COMMIT");
                    count += round * 20;
                    sum = (long)Run(writer, "SELECT sum(v) FROM t")!;
                }
                Assert.That((Run(reader, "SELECT count(*) FROM t"), Run(reader, "SELECT sum(v) FROM t")), Is.EqualTo((count, sum)), $"round {round}");
                if (round % 5 != 0) continue;
                Assert.That(raw.sqlite3_wal_checkpoint_v2(writer.Handle!, "main", raw.SQLITE_CHECKPOINT_TRUNCATE, out _, out _), Is.EqualTo(raw.SQLITE_OK));
                Assert.That(file.Flush(), Is.EqualTo(raw.SQLITE_OK));
                Assert.That(Run(reader, "PRAGMA integrity_check"), Is.EqualTo("ok"));
            }
        }
        Run(writer, "DELETE FROM t WHERE v > 20");
        Assert.That(Run(reader, "SELECT count(*) FROM t"), Is.EqualTo(Run(writer, "SELECT count(*) FROM t")), "the files are SQLite's own again");
    }
}
