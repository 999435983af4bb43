using System.Text;

namespace Smtpd.Operations;

/// <summary>Writes pieces of log to a sink; remembers what was lost to a full disk and says so when writing works again.</summary>
internal sealed class LogWriter(LogSink sink) : IDisposable
{
    private long _lost;
    private string _why = "";
    private bool _insideLine;

    public bool CanReopen => sink.CanReopen;

    public string? Reopen()
    {
        string? why = sink.Reopen();
        if (why is null) _insideLine = false;
        return why;
    }

    /// <summary>Writes whole lines. Never throws: lines that cannot be written are counted.</summary>
    /// <param name="stamp">Gives the time for a line of the writer's own.</param>
    public void Write(ReadOnlySpan<byte> lines, Func<byte[]> stamp)
    {
        if (lines.Length == 0) return;
        if (_lost > 0)
        {
            string start = _insideLine ? "\n" : "";
            byte[] report = [.. Encoding.UTF8.GetBytes(start), .. stamp(), .. Encoding.UTF8.GetBytes($"[WARN ] {_lost} log lines were lost here: {_why}\n")];
            if (!TryWrite(report))
            {
                _lost += lines.Count((byte)'\n');
                return;
            }
            _lost = 0;
        }
        TryWrite(lines, counts: true);
    }

    public void Dispose() => sink.Dispose();

    private bool TryWrite(ReadOnlySpan<byte> octets, bool counts = false)
    {
        string? why = sink.Write(octets, out int written);
        if (written > 0) _insideLine = octets[written - 1] != '\n';
        if (why is null) return true;
        _why = why;
        if (counts) _lost += octets[written..].Count((byte)'\n');
        return false;
    }
}
