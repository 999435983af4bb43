using System.Text;
using Smtpd.Configuration;

namespace Smtpd.Operations;

/// <summary>The program's log. Writing a line never waits for the disk.</summary>
internal abstract class Log
{
    /// <summary>True when lines of this level are kept; ask before building a costly line.</summary>
    public abstract bool Keeps(LogLevel level);

    /// <summary>Adds one line. Control characters in the text are escaped here, so that no input can forge a line.</summary>
    public abstract void Write(LogLevel level, string text);

    /// <summary>The same for text that is at hand as octets, for the path of a message. Octets that are not UTF-8 are escaped too.</summary>
    public virtual void Write(LogLevel level, ReadOnlySpan<byte> utf8)
    {
        if (Keeps(level)) Write(level, Encoding.UTF8.GetString(utf8));
    }

    public void Write(LogLevel level, Utf8Line line)
    {
        Write(level, line.Octets);
        line.Dispose();
    }

    public void Error(string text) => Write(LogLevel.Error, text);
    public void Warn(string text) => Write(LogLevel.Warn, text);
    public void Info(string text) => Write(LogLevel.Info, text);
    public void Trace(string text) => Write(LogLevel.Trace, text);
}
