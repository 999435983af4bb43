using System.Globalization;

namespace Smtpd.Operations;

/// <summary>The local time in front of a line, as Go's log package writes it; put into words once a second.</summary>
internal sealed class LogClock(TimeProvider time)
{
    /// <summary>Octets of <c>2006/01/02 15:04:05 </c>.</summary>
    public const int Length = 20;

    private readonly byte[] _text = new byte[Length];
    private long _second = -1;

    /// <summary>The time now, with a blank behind it. Not for two threads at once; valid until the next call.</summary>
    public ReadOnlySpan<byte> Now()
    {
        DateTimeOffset now = time.GetUtcNow();
        long second = now.UtcTicks / TimeSpan.TicksPerSecond;
        if (second != _second)
        {
            DateTimeOffset local = TimeZoneInfo.ConvertTime(now, time.LocalTimeZone);
            local.TryFormat(_text, out _, "yyyy'/'MM'/'dd HH':'mm':'ss' '", CultureInfo.InvariantCulture);
            _second = second;
        }
        return _text;
    }
}
