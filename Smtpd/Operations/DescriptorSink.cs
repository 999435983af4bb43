using System.Runtime.InteropServices;

namespace Smtpd.Operations;

/// <summary>
/// The log on standard output, standard error or a file. It calls the operating system itself: the runtime's FileStream
/// neither appends (O_APPEND, on which logrotate's copytruncate relies) nor says how much of a failed write was done.
/// </summary>
internal sealed unsafe partial class DescriptorSink : LogSink
{
    /// <summary>Readable for the owner and his group, less what the umask takes away.</summary>
    private const int Mode = 0b110_100_000;

    private const int WriteOnly = 0x1, Create = 0x40, NoControllingTerminal = 0x100, Append = 0x400, CloseOnExec = 0x80000;
    private const int Interrupted = 4, TryAgain = 11;
    private const short WritePossible = 4;

    private readonly string? _path;
    private int _descriptor;

    private DescriptorSink(int descriptor, string? path)
    {
        _descriptor = descriptor;
        _path = path;
    }

    public override bool CanReopen => _path is not null;

    /// <summary>Opens the log.</summary>
    /// <param name="logFile">A file's path, <c>stdout</c>, or null or <c>stderr</c>.</param>
    /// <exception cref="StartupException">The file cannot be opened.</exception>
    public static DescriptorSink Open(string? logFile)
    {
        if (logFile is null or "stderr") return new DescriptorSink(2, null);
        if (logFile == "stdout") return new DescriptorSink(1, null);
        return TryOpen(logFile, out string? why) is { } descriptor
            ? new DescriptorSink(descriptor, logFile)
            : throw new StartupException($"{logFile}: cannot open the log file: {why}; name another with -logfile");
    }

    public override string? Write(ReadOnlySpan<byte> octets, out int written)
    {
        written = 0;
        fixed (byte* start = octets)
        {
            while (written < octets.Length)
            {
                nint count = WriteOctets(_descriptor, start + written, octets.Length - written);
                if (count >= 0)
                {
                    written += (int)count;
                    continue;
                }
                int error = Marshal.GetLastPInvokeError();
                if (error == Interrupted) continue;
                if (error != TryAgain) return Marshal.GetPInvokeErrorMessage(error);
                WaitUntilWritable();
            }
        }
        return null;
    }

    public override string? Reopen()
    {
        if (_path is null) return null;
        if (TryOpen(_path, out string? why) is not { } descriptor) return why;
        _ = Close(_descriptor);
        _descriptor = descriptor;
        return null;
    }

    public override void Dispose()
    {
        if (_path is not null && _descriptor >= 0) _ = Close(_descriptor);
        _descriptor = -1;
    }

    // A terminal or pipe that another process made non-blocking.
    private void WaitUntilWritable()
    {
        var wanted = new PollEntry { Descriptor = _descriptor, Events = WritePossible };
        _ = Poll(&wanted, 1, timeoutMilliseconds: 1000);
    }

    private static int? TryOpen(string path, out string? why)
    {
        int descriptor = OpenFile(path, WriteOnly | Create | Append | CloseOnExec | NoControllingTerminal, Mode);
        why = descriptor >= 0 ? null : Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError());
        return descriptor >= 0 ? descriptor : null;
    }

    private struct PollEntry
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int OpenFile(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint WriteOctets(int descriptor, byte* octets, nint count);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "poll")]
    private static partial int Poll(PollEntry* entries, nuint count, int timeoutMilliseconds);
}
