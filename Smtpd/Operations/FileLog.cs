using System.Buffers;
using System.Text;
using Smtpd.Configuration;

namespace Smtpd.Operations;

/// <summary>
/// A log in the format of Go's log package: <c>2006/01/02 15:04:05 [INFO ] text</c>. A caller formats its line into a bounded
/// queue and goes on; one background thread writes whatever has gathered in one piece. Nothing that happens to the file
/// reaches a caller: what had to be left out is counted, and a line says how many as soon as one can be written.
/// </summary>
internal sealed class FileLog : Log, IDisposable, IAsyncDisposable
{
    /// <summary>Octets of lines that may wait: some seconds of heavy tracing. The thread that writes holds as many again.</summary>
    public const int QueueOctets = 4 * 1024 * 1024;

    /// <summary>Octets of a text beyond which it is cut: more than the longest line that a client may send.</summary>
    public const int LongestText = 16 * 1024;

    /// <summary>How long lines gather after a write: thousands of lines then cost one system call and callers wake no thread.</summary>
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(25);

    /// <summary>How long the end of the program waits for a log that nobody reads, such as a full pipe.</summary>
    private static readonly TimeSpan ExitPatience = TimeSpan.FromSeconds(5);

    private static ReadOnlySpan<byte> CutMark => " [cut]"u8;

    private readonly LogLevel _level;
    private readonly object _gate = new();
    private readonly LogClock _clock;
    private readonly LogWriter _writer;
    private readonly Thread _thread;

    // All below is guarded by the gate.
    private LogQueue _filling;
    private LogQueue _spare;
    private readonly int _capacity;
    private long _dropped;
    private bool _reopen;
    private bool _stopping;
    private TaskCompletionSource? _flushed;
    private Waiting _waiting;

    private enum Waiting { No, ForMoreLines, ForALine }

    public FileLog(LogLevel level, LogSink sink, TimeProvider? time = null, int capacity = QueueOctets)
    {
        _level = level;
        _clock = new LogClock(time ?? TimeProvider.System);
        _capacity = capacity;
        _filling = new LogQueue(capacity);
        _spare = new LogQueue(capacity);
        _writer = new LogWriter(sink);
        _thread = new Thread(WriteLines) { Name = "log", IsBackground = true };
        _thread.Start();
    }

    public override bool Keeps(LogLevel level) => level <= _level;

    public override void Write(LogLevel level, string text)
    {
        if (!Keeps(level)) return;
        // One character more than fits, so that what is too long is seen to be.
        ReadOnlySpan<char> kept = text.AsSpan(0, Math.Min(text.Length, LongestText + 1));
        byte[]? rented = kept.Length > 256 ? ArrayPool<byte>.Shared.Rent(kept.Length * 3) : null;
        Span<byte> utf8 = rented ?? stackalloc byte[256 * 3];
        Write(level, utf8[..Encoding.UTF8.GetBytes(kept, utf8)]);
        if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
    }

    public override void Write(LogLevel level, ReadOnlySpan<byte> utf8)
    {
        if (!Keeps(level)) return;
        bool cut = utf8.Length > LongestText;
        if (cut) utf8 = utf8[..LongestText];
        if (!cut && LogText.IsPlain(utf8))
        {
            Enqueue(level, utf8);
            return;
        }

        int room = (utf8.Length * LogText.MaxExpansion) + CutMark.Length;
        byte[]? rented = room > 1024 ? ArrayPool<byte>.Shared.Rent(room) : null;
        Span<byte> escaped = rented ?? stackalloc byte[1024];
        int length = LogText.Escape(utf8, escaped);
        if (cut)
        {
            CutMark.CopyTo(escaped[length..]);
            length += CutMark.Length;
        }
        Enqueue(level, escaped[..length]);
        if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
    }

    /// <summary>For SIGHUP: lines logged before go to the file that is open, lines logged later to the one that is opened now by the same name.</summary>
    public void Reopen()
    {
        if (!_writer.CanReopen)
        {
            Info("Ignoring SIGHUP, no log file is configured");
            return;
        }
        Info("Received SIGHUP, cycling the log file");
        lock (_gate)
        {
            _reopen = true;
            Wake();
        }
    }

    /// <summary>Completes when everything logged before has been handed to the operating system, or could not be.</summary>
    public Task FlushAsync()
    {
        lock (_gate)
        {
            if (_stopping) return Task.CompletedTask;
            _flushed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Wake();
            return _flushed.Task;
        }
    }

    /// <summary>Writes out what waits and ends. Lines logged later are not kept.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _stopping = true;
            Wake();
        }
        _thread.Join(ExitPatience);
    }

    public ValueTask DisposeAsync() => new(Task.Run(Dispose));

    private void Enqueue(LogLevel level, ReadOnlySpan<byte> text)
    {
        ReadOnlySpan<byte> tag = level switch
        {
            LogLevel.Error => "[ERROR] "u8,
            LogLevel.Warn => "[WARN ] "u8,
            LogLevel.Info => "[INFO ] "u8,
            _ => "[TRACE] "u8,
        };
        lock (_gate)
        {
            if (_stopping) return;
            // Once a line is dropped all are until there is room: the count then stands where the lines are missing.
            if (_dropped > 0 || !_filling.TryAdd(_clock.Now(), tag, text)) _dropped++;
            if (_waiting == Waiting.ForALine || (_waiting == Waiting.ForMoreLines && _filling.Count > _capacity / 2)) Wake();
        }
    }

    private void Wake()
    {
        if (_waiting != Waiting.No) Monitor.Pulse(_gate);
        _waiting = Waiting.No;
    }

    private void WriteLines()
    {
        for (bool last = false; !last;)
        {
            LogQueue full;
            bool reopen;
            TaskCompletionSource? flushed;
            lock (_gate)
            {
                while (_filling.Count == 0 && !_reopen && !_stopping && _flushed is null) Wait(Waiting.ForALine, Timeout.InfiniteTimeSpan);
                (full, _filling, _spare) = (_filling, _spare, _filling);
                (reopen, _reopen) = (_reopen, false);
                (flushed, _flushed) = (_flushed, null);
                if (_dropped > 0 && Report($"{_dropped} log lines were dropped here: they came faster than the log could be written")) _dropped = 0;
                last = _stopping && _filling.Count == 0;
            }

            _writer.Write(full.Octets, Stamp);
            full.Clear();
            if (reopen && _writer.Reopen() is { } why) Error($"The log file cannot be opened again, the old one stays in use: {why}");
            flushed?.SetResult();

            lock (_gate)
            {
                bool asked = _reopen || _stopping || _flushed is not null;
                if (!asked) Wait(Waiting.ForMoreLines, Gathering);
            }
        }
        _writer.Dispose();
    }

    private bool Report(string text) => _filling.TryAdd(_clock.Now(), "[WARN ] "u8, Encoding.UTF8.GetBytes(text));

    private byte[] Stamp()
    {
        lock (_gate) return [.. _clock.Now()];
    }

    private void Wait(Waiting what, TimeSpan atMost)
    {
        _waiting = what;
        Monitor.Wait(_gate, atMost);
        _waiting = Waiting.No;
    }
}
