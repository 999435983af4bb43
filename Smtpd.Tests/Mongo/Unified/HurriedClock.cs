namespace Smtpd.Tests.Mongo.Unified;

/// <summary>A clock on which all times pass ten times as fast, or faster: a client that waits half a second before it asks a server again waits a twentieth.</summary>
internal sealed class HurriedClock(int speed = 10) : TimeProvider
{
    public override long TimestampFrequency => System.TimestampFrequency / speed;

    public override long GetTimestamp() => System.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => System.CreateTimer(callback, state, Hurried(dueTime), Hurried(period));

    private TimeSpan Hurried(TimeSpan time) => time > TimeSpan.Zero ? time / speed : time;
}
