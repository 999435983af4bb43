namespace Smtpd.Tests.Mongo.Unified;

/// <summary>A clock on which all times pass ten times as fast: a client that waits half a second before it asks a server again waits a twentieth.</summary>
internal sealed class HurriedClock : TimeProvider
{
    private const int Speed = 10;

    public override long TimestampFrequency => System.TimestampFrequency / Speed;

    public override long GetTimestamp() => System.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => System.CreateTimer(callback, state, Hurried(dueTime), Hurried(period));

    private static TimeSpan Hurried(TimeSpan time) => time > TimeSpan.Zero ? time / Speed : time;
}
