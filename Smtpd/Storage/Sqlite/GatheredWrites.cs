using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SQLitePCL;

namespace Smtpd.Storage.Sqlite;

/// <summary>Which of the files of a connection: values of SQLite's file controls that give it.</summary>
internal enum GatheredFile
{
    /// <summary>The file itself, written by checkpoints alone.</summary>
    Main = 7, // SQLITE_FCNTL_FILE_POINTER

    /// <summary>The write-ahead log, which must be in use already.</summary>
    Log = 28, // SQLITE_FCNTL_JOURNAL_POINTER
}

/// <summary>
/// Stands between SQLite and one of its open files, and hands pieces that follow each other to the operating system in one call. SQLite
/// itself writes every page alone, and in the log the 24 octets in front of it too, which made some twenty calls of one message's commit.
/// </summary>
/// <remarks>
/// Nothing is held back beyond the moment from which another connection, or a sync, relies on it: a piece is handed over with the
/// page that ends a transaction in the log, before every sync, and before the file is read, measured or cut by the same connection. A
/// checkpoint syncs the file before it says how far it came. A failure of a piece that was held back is the failure of the call that
/// hands it over, and so of the same transaction or checkpoint.
/// </remarks>
internal sealed unsafe class GatheredWrites : IDisposable
{
    /// <summary>Octets handed over at once. SQLite's own function for it takes 17 bits of the count and leaves the rest away.</summary>
    private const int MostOctets = (128 * 1024) - 1;

    /// <summary>The header of a frame in the log (SQLite's file format, §4.1); octets 4 to 7 are not 0 where a transaction ends.</summary>
    private const int FrameHeaderOctets = 24;

    // Entries of sqlite3_io_methods, in pointers.
    private const int Close = 1, Read = 2, Write = 3, Truncate = 4, Sync = 5, FileSize = 6;

    private readonly nint* _file;
    private readonly nint* _original;
    private readonly nint* _methods;
    private readonly byte* _octets;
    private readonly bool _isLog;
    private GCHandle _handle;
    private long _start;
    private int _length;
    private long _end;
    private bool _endsTransaction;
    private bool _isClosed;

    /// <summary>Begins to gather. To be disposed of before the connection is.</summary>
    public GatheredWrites(sqlite3 database, GatheredFile which)
    {
        nint file = 0;
        int result = SqliteNative.FileControl(database.DangerousGetHandle(), "main", (int)which, &file);
        if (result != raw.SQLITE_OK || file == 0 || *(nint*)file == 0) throw new SqliteFailure(raw.SQLITE_INTERNAL, $"the open file {which} is not known (SQLite result {result})");
        _file = (nint*)file;
        _original = (nint*)*_file;
        _isLog = which == GatheredFile.Log;
        int entries = *(int*)_original switch { 1 => 13, 2 => 17, _ => 19 };
        _octets = (byte*)NativeMemory.Alloc(MostOctets);
        _methods = (nint*)NativeMemory.Alloc((nuint)((entries + 1) * sizeof(nint)));
        for (int i = 0; i < entries; i++) _methods[i + 1] = _original[i];
        _handle = GCHandle.Alloc(this);
        // In front of the table, so that a call finds its way from the file to this object.
        *_methods++ = GCHandle.ToIntPtr(_handle);
        _methods[Close] = (nint)(delegate* unmanaged[Cdecl]<nint*, int>)&OnClose;
        _methods[Read] = (nint)(delegate* unmanaged[Cdecl]<nint*, byte*, int, long, int>)&OnRead;
        _methods[Write] = (nint)(delegate* unmanaged[Cdecl]<nint*, byte*, int, long, int>)&OnWrite;
        _methods[Truncate] = (nint)(delegate* unmanaged[Cdecl]<nint*, long, int>)&OnTruncate;
        _methods[Sync] = (nint)(delegate* unmanaged[Cdecl]<nint*, int, int>)&OnSync;
        _methods[FileSize] = (nint)(delegate* unmanaged[Cdecl]<nint*, long*, int>)&OnFileSize;
        *_file = (nint)_methods;
    }

    /// <summary>Hands over what is held.</summary>
    /// <returns>SQLite's result code.</returns>
    public int Flush()
    {
        if (_length == 0) return raw.SQLITE_OK;
        int length = _length;
        _length = 0;
        return WriteNow(_octets, length, _start);
    }

    private int Add(byte* octets, int count, long offset)
    {
        bool isHeader = _isLog && count == FrameHeaderOctets;
        bool endsNow = _isLog && !isHeader && _endsTransaction;
        _endsTransaction = isHeader && BinaryPrimitives.ReadUInt32BigEndian(new ReadOnlySpan<byte>(octets + 4, 4)) != 0;

        // What was written before is written again at once: its transaction may have no page that comes behind it.
        bool isAgain = _isLog && offset < _end;
        if (_length > 0 && (isAgain || offset != _start + _length || _length + count > MostOctets) && Flush() is not raw.SQLITE_OK and var failure) return failure;
        _end = _isLog && offset > 0 ? Math.Max(_end, offset + count) : count;
        if (isAgain || count > MostOctets || offset == 0) return WriteNow(octets, count, offset);

        if (_length == 0) _start = offset;
        Buffer.MemoryCopy(octets, _octets + _length, MostOctets - _length, count);
        _length += count;
        return endsNow ? Flush() : raw.SQLITE_OK;
    }

    private int WriteNow(byte* octets, int count, long offset) => ((delegate* unmanaged[Cdecl]<nint*, byte*, int, long, int>)_original[Write])(_file, octets, count, offset);

    private static GatheredWrites Of(nint* file) => Unsafe.As<GatheredWrites>(GCHandle.FromIntPtr(*((nint*)*file - 1)).Target)!;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnWrite(nint* file, byte* octets, int count, long offset) => Of(file).Add(octets, count, offset);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnRead(nint* file, byte* octets, int count, long offset)
    {
        GatheredWrites writes = Of(file);
        return writes.Flush() is not raw.SQLITE_OK and var failure ? failure
            : ((delegate* unmanaged[Cdecl]<nint*, byte*, int, long, int>)writes._original[Read])(file, octets, count, offset);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnTruncate(nint* file, long size)
    {
        GatheredWrites writes = Of(file);
        writes._end = 0;
        return writes.Flush() is not raw.SQLITE_OK and var failure ? failure : ((delegate* unmanaged[Cdecl]<nint*, long, int>)writes._original[Truncate])(file, size);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnSync(nint* file, int flags)
    {
        GatheredWrites writes = Of(file);
        return writes.Flush() is not raw.SQLITE_OK and var failure ? failure : ((delegate* unmanaged[Cdecl]<nint*, int, int>)writes._original[Sync])(file, flags);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnFileSize(nint* file, long* size)
    {
        GatheredWrites writes = Of(file);
        return writes.Flush() is not raw.SQLITE_OK and var failure ? failure : ((delegate* unmanaged[Cdecl]<nint*, long*, int>)writes._original[FileSize])(file, size);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnClose(nint* file)
    {
        GatheredWrites writes = Of(file);
        int flushed = writes.Flush();
        *file = (nint)writes._original;
        writes._isClosed = true;
        int closed = ((delegate* unmanaged[Cdecl]<nint*, int>)writes._original[Close])(file);
        return flushed != raw.SQLITE_OK ? flushed : closed;
    }

    /// <summary>Gives the file back to SQLite as it was.</summary>
    public void Dispose()
    {
        if (!_handle.IsAllocated) return;
        if (!_isClosed)
        {
            _ = Flush();
            *_file = (nint)_original;
        }
        _handle.Free();
        NativeMemory.Free(_methods - 1);
        NativeMemory.Free(_octets);
    }
}
