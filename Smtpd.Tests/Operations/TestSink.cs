using System.Text;
using Smtpd.Operations;

namespace Smtpd.Tests.Operations;

/// <summary>A log's destination in memory, that can be made to wait, to fail, and to have its file renamed.</summary>
internal sealed class TestSink : LogSink
{
    private readonly Lock _gate = new();
    private readonly List<MemoryStream> _files = [new()];

    /// <summary>Writing waits while this is reset.</summary>
    public ManualResetEventSlim Open { get; } = new(true);

    /// <summary>Released once for each call that is about to write.</summary>
    public SemaphoreSlim Called { get; } = new(0);

    /// <summary>Octets for which there is room; beyond it writes fail.</summary>
    public int Room { get; set; } = int.MaxValue;

    public string? ReopenProblem { get; set; }

    public int Writes { get; private set; }

    public bool IsDisposed { get; private set; }

    public override bool CanReopen => true;

    /// <summary>The lines of the current file, or of an earlier one.</summary>
    public string[] Lines(int file = 0)
    {
        lock (_gate) return Encoding.UTF8.GetString(_files[file].ToArray()).Split('\n')[..^1];
    }

    /// <summary>The texts of the lines: without the time.</summary>
    public string[] Texts(int file = 0) => [.. Lines(file).Select(line => line.Length > 20 && line[4] == '/' ? line[20..] : line)];

    public override string? Write(ReadOnlySpan<byte> octets, out int written)
    {
        Called.Release();
        Open.Wait();
        lock (_gate)
        {
            Writes++;
            written = Math.Min(Room, octets.Length);
            if (Room != int.MaxValue) Room -= written;
            _files[^1].Write(octets[..written]);
            return written == octets.Length ? null : "No space left on device";
        }
    }

    public override string? Reopen()
    {
        if (ReopenProblem is not null) return ReopenProblem;
        lock (_gate) _files.Add(new MemoryStream());
        return null;
    }

    public override void Dispose() => IsDisposed = true;
}
