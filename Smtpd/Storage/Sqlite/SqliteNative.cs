using System.Runtime.InteropServices;
using SQLitePCL;

namespace Smtpd.Storage.Sqlite;

/// <summary>Makes the SQLite that is linked into the program known to the library that calls it, and the calls of the hot path.</summary>
internal static unsafe partial class SqliteNative
{
    private const string Library = "e_sqlite3";

    /// <summary>The value stays where it is until the statement has run.</summary>
    public const nint Borrowed = 0;

    /// <summary>SQLite copies the value.</summary>
    public const nint Transient = -1;

    private static readonly Lock _once = new();
    private static bool _ready;

    public static void Initialize()
    {
        lock (_once)
        {
            if (_ready) return;
            raw.SetProvider(new SQLite3Provider_e_sqlite3());
            // Every connection is used by one thread at a time, so it needs no lock of its own; nobody asks how much memory is in
            // use, which costs a process-wide lock for every piece of it.
            // Whoever used SQLite before has its locks, which are slower and not wrong.
            _ = raw.sqlite3_config(raw.SQLITE_CONFIG_MULTITHREAD);
            _ = raw.sqlite3_config(raw.SQLITE_CONFIG_MEMSTATUS, 0);
            _ready = true;
        }
    }

    /// <summary>The version of the library inside, <c>3.40.1</c>.</summary>
    public static string Version
    {
        get
        {
            Initialize();
            return raw.sqlite3_libversion().utf8_to_string();
        }
    }

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_int64")]
    internal static partial int BindInt64(nint statement, int parameter, long value);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_null")]
    internal static partial int BindNull(nint statement, int parameter);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_text")]
    internal static partial int BindText(nint statement, int parameter, byte* utf8, int octets, nint ownership);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_blob")]
    internal static partial int BindBlob(nint statement, int parameter, byte* first, int octets, nint ownership);

    [LibraryImport(Library, EntryPoint = "sqlite3_step")]
    internal static partial int Step(nint statement);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_int64")]
    internal static partial long ColumnInt64(nint statement, int column);

    [LibraryImport(Library, EntryPoint = "sqlite3_reset")]
    internal static partial int Reset(nint statement);

    [LibraryImport(Library, EntryPoint = "sqlite3_file_control", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int FileControl(nint database, string schema, int what, nint* value);
}
