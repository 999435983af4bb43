using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Smtpd.Storage;

/// <summary>Where message bodies wait for the store: a share of memory, and unnamed files in the store's own folder.</summary>
/// <param name="folder">On the store's file system, so that its free space is the one that is watched and never a memory file system by accident.</param>
internal sealed partial class BodyStaging(string folder, StoreSpace space) : IDisposable
{
    private const int OpenReadWrite = 2;
    private const int OpenCloseOnExec = 0x80000;
    private const int OwnerOnly = 0x180; // 0600

    public StoreSpace Space => space;

    /// <summary>Writes the files.</summary>
    public BulkThread Bulk { get; } = new();

    /// <summary>The share of memory.</summary>
    public BodyMemory Memory { get; } = new();

    /// <summary>A file without a name, which vanishes with its handle whatever happens to the process (open(2), O_TMPFILE).</summary>
    public SafeFileHandle CreateFile()
    {
        // O_TMPFILE is a bit of its own and O_DIRECTORY, whose value depends on the architecture.
        int directory = RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm ? 0x4000 : 0x10000;
        int descriptor = Open(folder, OpenReadWrite | OpenCloseOnExec | 0x400000 | directory, OwnerOnly);
        if (descriptor >= 0) return new SafeFileHandle(descriptor, ownsHandle: true);
        int error = Marshal.GetLastPInvokeError();
        if (error != NotSupported && error != IsDirectory) throw new IOException($"cannot create a temporary file in {folder}: {new Win32Exception(error).Message}");
        // File systems without unnamed files: a named one that loses its name at once.
        string path = Path.Combine(folder, $".incoming-{Guid.NewGuid():n}");
        SafeFileHandle handle = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
        File.Delete(path);
        return handle;
    }

    public void Dispose() => Bulk.Dispose();

    private const int NotSupported = 95;
    private const int IsDirectory = 21;

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags, int mode);
}
