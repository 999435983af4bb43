using System.Buffers;
using System.Text;
using SQLitePCL;

namespace Smtpd.Storage.Sqlite;

/// <summary>
/// A statement that is prepared once and run for every message. Parameters are numbered from 1, and keep their values until
/// they are bound again. Calls SQLite without the wrapper's reference counting, which took as long as the binding itself.
/// </summary>
internal sealed unsafe class SqliteStatement : IDisposable
{
    /// <summary>Letters whose UTF-8 fits on the stack.</summary>
    private const int FewLetters = 256;

    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _owned;
    private readonly nint _statement;

    public SqliteStatement(sqlite3 database, string text)
    {
        _database = database;
        Check(raw.sqlite3_prepare_v3(database, text, raw.SQLITE_PREPARE_PERSISTENT, out _owned));
        _statement = _owned.DangerousGetHandle();
    }

    public SqliteStatement Bind(int parameter, long value)
    {
        Check(SqliteNative.BindInt64(_statement, parameter, value));
        return this;
    }

    public SqliteStatement Bind(int parameter, long? value)
    {
        if (value is { } number) return Bind(parameter, number);
        Check(SqliteNative.BindNull(_statement, parameter));
        return this;
    }

    public SqliteStatement Bind(int parameter, string value)
    {
        if (value.Length <= FewLetters)
        {
            Span<byte> few = stackalloc byte[FewLetters * 3];
            return BindText(parameter, few[..Encoding.UTF8.GetBytes(value, few)]);
        }
        byte[] many = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(value.Length));
        BindText(parameter, many.AsSpan(0, Encoding.UTF8.GetBytes(value, many)));
        ArrayPool<byte>.Shared.Return(many);
        return this;
    }

    /// <param name="utf8">Text in UTF-8.</param>
    public SqliteStatement BindText(int parameter, ReadOnlySpan<byte> utf8)
    {
        fixed (byte* octets = NotNull(utf8)) Check(SqliteNative.BindText(_statement, parameter, octets, utf8.Length, SqliteNative.Transient));
        return this;
    }

    public SqliteStatement Bind(int parameter, ReadOnlySpan<byte> octets)
    {
        fixed (byte* first = NotNull(octets)) Check(SqliteNative.BindBlob(_statement, parameter, first, octets.Length, SqliteNative.Transient));
        return this;
    }

    /// <summary>Runs the statement to its end with octets that are too many to be copied once more.</summary>
    public void RunWith(int parameter, ReadOnlySpan<byte> octets)
    {
        fixed (byte* first = NotNull(octets))
        {
            Check(SqliteNative.BindBlob(_statement, parameter, first, octets.Length, SqliteNative.Borrowed));
            try
            {
                Run();
            }
            finally
            {
                Check(SqliteNative.BindNull(_statement, parameter));
            }
        }
    }

    /// <summary>Runs the statement to its end.</summary>
    public void Run()
    {
        int result = SqliteNative.Step(_statement);
        Reset();
        if (result is not (raw.SQLITE_DONE or raw.SQLITE_ROW)) throw Failure(result);
    }

    /// <summary>Goes to the next row and gives its only column, a number; null behind the last.</summary>
    public long? Next()
    {
        int result = SqliteNative.Step(_statement);
        if (result == raw.SQLITE_ROW) return SqliteNative.ColumnInt64(_statement, 0);
        Reset();
        return result == raw.SQLITE_DONE ? null : throw Failure(result);
    }

    /// <summary>The first column of the first row, or null when there is none.</summary>
    public long? RunForNumber()
    {
        int result = SqliteNative.Step(_statement);
        long? number = result == raw.SQLITE_ROW && raw.sqlite3_column_type(_owned, 0) != raw.SQLITE_NULL ? raw.sqlite3_column_int64(_owned, 0) : null;
        Reset();
        if (result is not (raw.SQLITE_DONE or raw.SQLITE_ROW)) throw Failure(result);
        return number;
    }

    /// <summary>Repeats the error of the step, which was looked at already.</summary>
    private void Reset() => _ = SqliteNative.Reset(_statement);

    private void Check(int result)
    {
        if (result != raw.SQLITE_OK) throw Failure(result);
    }

    private SqliteFailure Failure(int result) => SqliteFailure.From(_database, result);

    /// <summary>SQLite takes a null pointer for NULL, also where no octets are meant.</summary>
    private static ReadOnlySpan<byte> NotNull(ReadOnlySpan<byte> octets) => octets.IsEmpty ? "\0"u8 : octets;

    public void Dispose() => _owned.Dispose();
}

/// <summary>What SQLite said, before it is known what that means for the mail.</summary>
internal sealed class SqliteFailure(int code, string message) : Exception(message)
{
    /// <summary>The primary result code, such as SQLITE_IOERR.</summary>
    public int Code { get; } = code;

    public static SqliteFailure From(sqlite3 database, int result) =>
        new(result & 0xFF, $"{raw.sqlite3_errmsg(database).utf8_to_string()} (SQLite result {raw.sqlite3_extended_errcode(database)})");
}
