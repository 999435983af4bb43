using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Smtpd.Storage;

/// <summary>
/// Lets threads sleep until another has work for them, at one system call on each side (eventfd(2)). The runtime's monitors
/// take some ten microseconds for the same, which shows where each message is a batch of its own.
/// </summary>
internal sealed unsafe partial class Wakeup : IDisposable
{
    private const int CountEach = 1; // EFD_SEMAPHORE
    private const int CloseOnExec = 0x80000;
    private const short Readable = 1;

    private readonly SafeFileHandle _event;

    public Wakeup()
    {
        int descriptor = Create(0, CountEach | CloseOnExec);
        if (descriptor < 0) throw new IOException($"eventfd: {Marshal.GetLastPInvokeErrorMessage()}");
        _event = new SafeFileHandle(descriptor, ownsHandle: true);
    }

    /// <summary>Wakes one thread: one that sleeps, or the next that wants to.</summary>
    public void Signal()
    {
        ulong one = 1;
        if (Write(_event, &one, sizeof(ulong)) != sizeof(ulong)) throw new IOException($"eventfd: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    /// <summary>Sleeps until signalled, or until the time is over. Interruptions by signals count as the end of the time.</summary>
    /// <param name="atMost">Null: as long as it takes.</param>
    /// <returns>True when this thread took a signal.</returns>
    public bool Wait(TimeSpan? atMost = null)
    {
        if (atMost is { } time)
        {
            var one = new PollRequest { Descriptor = (int)_event.DangerousGetHandle(), Events = Readable };
            if (Poll(&one, 1, (int)time.TotalMilliseconds) <= 0) return false;
        }
        ulong count = 0;
        return Read(_event, &count, sizeof(ulong)) == sizeof(ulong);
    }

    public void Dispose() => _event.Dispose();

    [StructLayout(LayoutKind.Sequential)]
    private struct PollRequest
    {
        public int Descriptor;
        public short Events;
        public short Found;
    }

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    private static partial int Create(uint count, int flags);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint Read(SafeFileHandle file, void* buffer, nint count);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(SafeFileHandle file, void* buffer, nint count);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(PollRequest* requests, nuint count, int milliseconds);
}
