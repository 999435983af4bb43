using SQLitePCL;

namespace Smtpd.Storage.Sqlite;

/// <summary>Makes the SQLite that is linked into the program known to the library that calls it.</summary>
internal static class SqliteNative
{
    private static readonly Lock _once = new();
    private static bool _ready;

    public static void Initialize()
    {
        lock (_once)
        {
            if (_ready) return;
            raw.SetProvider(new SQLite3Provider_e_sqlite3());
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
}
