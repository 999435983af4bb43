using SQLitePCL;

namespace Smtpd.Storage.Sqlite;

/// <summary>A statement that is prepared once and run for every message. Parameters are numbered from 1.</summary>
internal sealed class SqliteStatement : IDisposable
{
    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _statement;

    public SqliteStatement(sqlite3 database, string text)
    {
        _database = database;
        Check(raw.sqlite3_prepare_v3(database, text, raw.SQLITE_PREPARE_PERSISTENT, out _statement));
    }

    public SqliteStatement Bind(int parameter, long value)
    {
        Check(raw.sqlite3_bind_int64(_statement, parameter, value));
        return this;
    }

    public SqliteStatement Bind(int parameter, long? value)
    {
        if (value is { } number) return Bind(parameter, number);
        Check(raw.sqlite3_bind_null(_statement, parameter));
        return this;
    }

    public SqliteStatement Bind(int parameter, string value)
    {
        Check(raw.sqlite3_bind_text(_statement, parameter, value));
        return this;
    }

    /// <param name="utf8">Text in UTF-8.</param>
    public SqliteStatement BindText(int parameter, ReadOnlySpan<byte> utf8)
    {
        Check(raw.sqlite3_bind_text(_statement, parameter, utf8));
        return this;
    }

    public SqliteStatement Bind(int parameter, ReadOnlySpan<byte> octets)
    {
        Check(raw.sqlite3_bind_blob(_statement, parameter, octets));
        return this;
    }

    /// <summary>Runs the statement to its end.</summary>
    public void Run()
    {
        int result = raw.sqlite3_step(_statement);
        Reset();
        if (result is not (raw.SQLITE_DONE or raw.SQLITE_ROW)) throw Failure(result);
    }

    /// <summary>The first column of the first row, or null when there is none.</summary>
    public long? RunForNumber()
    {
        int result = raw.sqlite3_step(_statement);
        long? number = result == raw.SQLITE_ROW && raw.sqlite3_column_type(_statement, 0) != raw.SQLITE_NULL ? raw.sqlite3_column_int64(_statement, 0) : null;
        Reset();
        if (result is not (raw.SQLITE_DONE or raw.SQLITE_ROW)) throw Failure(result);
        return number;
    }

    private void Reset()
    {
        // Repeats the error of the step, which was looked at already.
        _ = raw.sqlite3_reset(_statement);
        _ = raw.sqlite3_clear_bindings(_statement);
    }

    private void Check(int result)
    {
        if (result != raw.SQLITE_OK) throw Failure(result);
    }

    private SqliteFailure Failure(int result) => SqliteFailure.From(_database, result);

    public void Dispose() => _statement.Dispose();
}

/// <summary>What SQLite said, before it is known what that means for the mail.</summary>
internal sealed class SqliteFailure(int code, string message) : Exception(message)
{
    /// <summary>The primary result code, such as SQLITE_IOERR.</summary>
    public int Code { get; } = code;

    public static SqliteFailure From(sqlite3 database, int result) =>
        new(result & 0xFF, $"{raw.sqlite3_errmsg(database).utf8_to_string()} (SQLite result {raw.sqlite3_extended_errcode(database)})");
}
