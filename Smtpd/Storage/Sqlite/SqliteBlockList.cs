using Microsoft.Data.Sqlite;

namespace Smtpd.Storage.Sqlite;

/// <summary>Block lists in the SQLite file beside the mail.</summary>
internal sealed class SqliteBlockList(SqliteStore store) : IBlockListStore
{
    private const string Columns = "id, kind, text, note, created";

    private const string All = $"SELECT {Columns} FROM block ORDER BY id";

    public IReadOnlyList<Block> ReadBlocks() => store.Query(connection => Read(connection, All));

    public ValueTask<IReadOnlyList<Block>> ListBlocksAsync(CancellationToken cancellation) =>
        store.QueryAsync<IReadOnlyList<Block>>(connection => Read(connection, All), cancellation);

    public ValueTask<(Block Block, bool IsNew)> AddBlockAsync(BlockKind kind, string text, string note, CancellationToken cancellation) => store.ChangeAsync(connection =>
    {
        const string Same = $"SELECT {Columns} FROM block WHERE kind = $kind AND text = $text";
        (string, object)[] values = [("$kind", (long)kind), ("$text", text), ("$note", note), ("$now", DateTimeOffset.UtcNow.ToUnixTimeMilliseconds())];
        if (Read(connection, Same, values[..2]) is [var known]) return (known, false);
        bool added = Run(connection,
            $"INSERT INTO block (kind, text, note, created) SELECT $kind, $text, $note, $now WHERE (SELECT count(*) FROM block) < {IBlockListStore.MostBlocks}", values) > 0;
        if (!added) throw new StoreException($"the block lists have {IBlockListStore.MostBlocks} entries; take some away first", isFull: true);
        return (Read(connection, Same, values[..2])[0], true);
    }, cancellation);

    public ValueTask<int> RemoveBlocksAsync(IReadOnlyList<long> ids, CancellationToken cancellation) => store.ChangeAsync(
        connection => ids.Distinct().Sum(id => Run(connection, "DELETE FROM block WHERE id = $id", [("$id", id)])), cancellation);

    private static List<Block> Read(SqliteConnection connection, string query, params (string Name, object Value)[] values)
    {
        using SqliteCommand command = Command(connection, query, values);
        using SqliteDataReader rows = command.ExecuteReader();
        var blocks = new List<Block>();
        while (rows.Read())
            blocks.Add(new Block(rows.GetInt64(0), (BlockKind)rows.GetInt32(1), rows.GetString(2), rows.GetString(3), DateTimeOffset.FromUnixTimeMilliseconds(rows.GetInt64(4))));
        return blocks;
    }

    private static int Run(SqliteConnection connection, string statement, (string Name, object Value)[] values)
    {
        using SqliteCommand command = Command(connection, statement, values);
        return command.ExecuteNonQuery();
    }

    private static SqliteCommand Command(SqliteConnection connection, string text, (string Name, object Value)[] values)
    {
        SqliteCommand command = connection.CreateCommand();
        command.CommandText = text;
        foreach ((string name, object value) in values) command.Parameters.AddWithValue(name, value);
        return command;
    }
}
